/** `kompl load` and `kompl library …` as they are typed, on an embedded workspace and on a server. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbook } from '@main/bulk/source/xlsx';
import { createTestDatabase, embeddedFolder, type TestDatabase, testKinds } from '@main/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropRoles, typed, urlOf } from './testing';

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('loading on %s', (kind) => {
  const serial = `${process.pid}-${Date.now().toString(36)}`;
  const email = `lena.${serial}@load.example`;
  const domain = `load-${serial}.example`;
  let place: TestDatabase | null = null;
  let where: readonly string[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-cli-load-'));
    if (kind === 'embedded') where = ['--data-dir', await embeddedFolder()];
    else {
      place = await createTestDatabase(kind);
      where = ['--database', urlOf(place)];
    }
    await mkdir(join(folder, 'first'));
    await writeFile(join(folder, 'first', 'controls.csv'), 'ref,name,control set\nC-1,One,Set\nC-2,Two,Set\n');
    await writeFile(join(folder, 'first', 'control_sets.json'), '[{"name": "Set"}]');
    await writeFile(join(folder, 'first', 'readme.txt'), 'left aside');
    await writeFile(join(folder, 'bad.csv'), 'ref,name\n1,\n');
    await writeFile(join(folder, 'Kontrollen.csv'), 'Nr;Titel;Fällig;Stand\nI-1;=Eins;3/4/2026;läuft\nI-2;;;läuft\n');
    await writeFile(
      join(folder, 'columns.json'),
      '{"columns": {"Nr": "ref", "Fällig": {"field": "nextTest"}, "Stand": {"field": "status", "values": {"läuft": "active"}}}, "fixed": {"controlSetId": "Set"}}',
    );
    await writeFile(join(folder, 'map.json'), '{"entities": {"bad": "controls"}, "columns": {"bad": {"name": "name"}}}');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    if (kind === 'embedded') await rm(where[1] ?? '', { recursive: true, force: true });
    if (place) await dropRoles(place);
    await place?.drop();
  });

  const kompl = (line: string, input = '') => typed(line, where, folder, input);

  it('tries, loads, loads again, and says what is wrong in a file', async () => {
    expect((await kompl('db migrate')).code).toBe(0);
    expect((await kompl(`tenant create --name Load --domain ${domain} --starter none`)).code).toBe(0);
    const person = `user create --tenant ${domain} --email ${email} --role compliance --password-stdin`;
    expect((await kompl(person, 'a long enough password')).err).toBe('');
    const as = `--tenant ${domain} --as ${email}`;
    const trial = await kompl(`load ${as} first --dry-run --json`);
    expect([trial.code, trial.err]).toEqual([0, '']);
    expect(JSON.parse(trial.out)).toMatchObject({ dryRun: true, written: false, ignored: ['readme.txt'], faultCount: 0 });
    const loaded = await kompl(`load ${as} first`);
    expect(loaded).toMatchObject({ code: 0, out: expect.stringContaining('All of it is written.') });
    expect(JSON.parse((await kompl(`load ${as} first/control_sets.json first/controls.csv --json`)).out)).toMatchObject({
      files: [{ unchanged: 1 }, { unchanged: 2 }],
    });
    const tried = await kompl(`import controls Kontrollen.csv ${as} --map columns.json --date-order dmy --dry-run --json`);
    expect(tried.code).toBe(1);
    expect(JSON.parse(tried.out)).toMatchObject({ written: false, counts: { rows: 2, created: 1, refused: 1 } });
    expect(JSON.parse(tried.err)).toEqual({ file: 'Kontrollen.csv', row: 3, column: 'Titel', reason: 'needs a value' });
    const partly = await kompl(
      `import controls Kontrollen.csv ${as} --map columns.json --date-order dmy --good-rows --errors out.csv`,
    );
    expect(partly).toMatchObject({ code: 1, err: '', out: expect.stringContaining('The good rows are written.') });
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe(
      '\uFEFFNr;Titel;Fällig;Stand;Why it stays out\r\nI-2;;;läuft;Row 3: Titel: needs a value\r\n',
    );
    await writeFile(join(folder, 'out.csv'), (await readFile(join(folder, 'out.csv'), 'utf8')).replace('I-2;', "I-2;'+Zwei"));
    const rest = await kompl(`import controls out.csv ${as} --map columns.json --json`);
    expect([rest.code, rest.err]).toEqual([0, '']);
    expect(JSON.parse(rest.out)).toMatchObject({ written: true, counts: { created: 1 } });
    expect(JSON.parse((await kompl(`list controls --tenant ${domain} --as ${email} --json`)).out)).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ ref: 'I-2', name: '+Zwei', status: 'active' })]),
    });
    expect(await kompl(`import controls Kontrollen.csv ${as} --existing everything`)).toMatchObject({ code: 2 });
    expect(await kompl(`import nothing Kontrollen.csv ${as}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no kind of record'),
    });
    const bad = await kompl(`load ${as} bad.csv --map map.json --errors faults.jsonl --json`);
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ written: false, faultCount: 1 });
    expect(JSON.parse(await readFile(join(folder, 'faults.jsonl'), 'utf8'))).toEqual({
      file: 'bad.csv',
      entity: 'controls',
      row: 2,
      column: 'name',
      reason: 'needs a value',
    });
    expect(await kompl(`load ${as} bad.csv`)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('no kind of record'),
    });
    expect(await kompl(`load ${as} first --date-order ymd`)).toMatchObject({ code: 2, out: '' });
    expect(await kompl(`load --tenant ${domain} first`)).toMatchObject({ code: 2, err: expect.stringContaining('--as EMAIL') });
  });

  it('adds to the library, shows it, and publishes', async () => {
    const content = (name: string) => ({
      library: 1,
      kind: 'control_set',
      controlSet: { name: 'Shared', version: '1' },
      controls: [{ ref: 'S-1', name }],
    });
    await writeFile(join(folder, 'one.json'), JSON.stringify(content('Old')));
    await writeFile(join(folder, 'two.json'), JSON.stringify(content('New')));
    expect((await kompl('library add one.json --slug shared --version 1')).err).toBe('');
    expect((await kompl('library add two.json --slug shared --version 2')).out).toContain('shared 2 added');
    expect(await kompl('library add two.json --slug shared --version 1')).toMatchObject({
      code: 1,
      err: expect.stringContaining('stays as it is'),
    });
    expect((await kompl('library diff shared --from 1 --to 2')).out).toBe('changed  S-1\n');
    expect((await kompl('library publish shared --version 1')).code).toBe(2);
    const preview = JSON.parse((await kompl(`library publish shared --version 1 --tenants ${domain} --dry-run --json`)).out);
    expect(preview).toMatchObject({ dryRun: true, tenants: [{ error: null, difference: { counts: { created: 1 } } }] });
    expect((await kompl('library publish shared --version 1 --all')).code).toBe(0);
    expect((await kompl('library publish shared --version 2 --all')).out).toContain('1 updated');
    expect((await kompl('library show shared')).out).toContain('Load: 2');
    expect((await kompl('library list --json')).out).toContain('"slug":"shared"');
  });

  // Each line opens the workspace anew, which takes the embedded server seconds; the services behind it are tested on both.
  it.skipIf(kind === 'embedded')('lists, shows, makes, changes and exports records, and overwrites nobody', async () => {
    const as = `--tenant ${domain} --as ${email}`;
    const json = async (line: string, input = '') => {
      const { code, out, err } = await kompl(`${line} ${as} --json`, input);
      return { code, err, body: out === '' ? null : JSON.parse(out) };
    };
    expect((await json('create control-sets name=Kit')).code).toBe(0);
    for (const [ref, name] of [
      ['D-1', 'One'],
      ['D-2', 'Two'],
    ])
      expect((await json(`create controls ref=${ref} name=${name} controlSet=Kit`)).code).toBe(0);
    const listed = await json('list controls --filter name~n --filter controlSet~kit --sort ref:desc --columns ref,name');
    expect(listed).toMatchObject({ code: 0, body: { total: 1, rows: [{ ref: 'D-1' }] } });
    expect((await kompl(`list controls ${as} --filter controlSet=Kit --columns ref`)).out).toBe('ref\nD-1\nD-2\n2 of 2\n');
    expect((await json('list controls --filter nothing=1')).code).toBe(2);
    expect((await json('list controls --filter owner=nobody@x.example')).err).toContain('names nobody here');

    const made = await json('create controls ref=D-3 name=Three controlSet=Kit owner=@me tags=a,b keyControl=yes status=active');
    expect(made).toMatchObject({
      code: 0,
      body: { status: 'applied', rowVersion: 1, row: { tags: ['a', 'b'], keyControl: true } },
    });
    const again = '01936f0e-0000-7000-8000-0000000000aa';
    const one = await json(`create controls --operation ${again} --stdin`, '{"ref": "D-4", "name": "Four", "controlSet": "Kit"}');
    const two = await json(`create controls --operation ${again} --stdin`, '{"ref": "D-4", "name": "Four", "controlSet": "Kit"}');
    expect(two.body.row.id).toBe(one.body.row.id);
    expect((await json('create controls ref=D-9')).err).toContain('needs a value');
    expect((await json('create controls --stdin', '[1]')).code).toBe(1);

    expect((await json('get controls D-3')).body.row).toMatchObject({ name: 'Three', rowVersion: 1 });
    expect((await kompl(`get controls ${as} D-3`)).out).toContain('Kit');
    expect((await json('get controls D-99')).err).toContain('D-99');
    expect((await json('update controls D-3 frequency=yearly nextTest=2027-01-01')).body).toMatchObject({
      status: 'applied',
      rowVersion: 2,
    });
    const merged = await json('update controls D-3 --base-version 1 description=more');
    expect(merged.body).toMatchObject({ status: 'merged', rowVersion: 3 });
    const conflict = await json('update controls D-3 --base-version 1 nextTest=2027-02-02');
    expect(conflict).toMatchObject({
      code: 3,
      body: { status: 'conflict', conflicts: [{ field: 'nextTest', base: null, mine: '2027-02-02', theirs: '2027-01-01' }] },
    });
    expect((await kompl(`update controls ${as} D-3 --base-version 1 nextTest=2027-02-02`)).out).toContain('Nothing was written.');
    expect((await json('update controls D-3 --base-version 9 description=x')).code).toBe(2);

    const csv = await kompl(`export controls ${as} --columns ref,name,controlSet,owner --filter ref=D-1,D-3 --sort ref`);
    expect(csv.out.split('\r\n').slice(0, 2)).toEqual(['\uFEFFRef,Control,Control set,Owner', 'D-1,One,Kit,']);
    const book = await json('export controls --format xlsx --out controls.xlsx --by status --filter controlSet=Kit');
    expect(book.body).toMatchObject({ rows: 4, file: 'controls.xlsx' });
    const workbook = await openWorkbook(join(folder, 'controls.xlsx'));
    expect(workbook.sheets).toEqual(['Controls', 'About']);
    const cells: unknown[] = [];
    for await (const { cells: row } of (await workbook.table('Controls')).rows) cells.push(row);
    expect(cells).toHaveLength(4);
    expect((await json('export controls --format xlsx')).code).toBe(2);
    expect((await kompl(`audit list --tenant ${domain} --json`)).out).toContain('"export"');
  });
});
