/** A database of another version than this program: everything can be read, nothing is written, and the reason is said. */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKinds } from '../db/testing/databases';
import { startStation, type TestStation } from './testing';

const AUDITOR = 'auditor@bank.example';

describe.each(testKinds())('on %s', (kind) => {
  let station: TestStation;
  beforeAll(async () => {
    station = await startStation(kind);
  });
  afterAll(() => station.close());

  const history = (version: string, direction: string) =>
    station.admin((client) =>
      client.query(
        `INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, duration_ms, direction)
         VALUES ($1, 'another', 'tenant', $2, repeat('0', 64), 1, $3)`,
        [version, station.tenants.bank, direction],
      ),
    );
  const forget = () =>
    station.admin((client) => client.query("DELETE FROM private.migration_history WHERE description = 'another'"));
  const write = () => {
    const [opId, entityId] = [uuidv7(), uuidv7()];
    const patch = { name: `Banking act ${entityId}` };
    const operation = { opId, entity: 'regulations', entityId, kind: 'create', baseVersion: null, base: {}, patch };
    return station.codeOf('entities.regulations.write', operation);
  };

  it('of the same version, it is read and written', async () => {
    expect((await station.signIn(AUDITOR)).readOnly).toBeNull();
    expect(await write()).toBe('ok');
  });

  it.each([
    ['SCHEMA_NEWER', '9999', 'up'],
    ['SCHEMA_OLDER', null, 'down'],
  ] as const)('%s: read only from the sign-in on', async (code, version, direction) => {
    const newest = await station.admin((client) =>
      client.query("SELECT max(version) AS v FROM private.migration_history WHERE scope = 'tenant' AND version ~ '^[0-9]{4}$'"),
    );
    const [row] = newest.rows as { v: string }[];
    await history(version ?? row?.v ?? '', direction);
    const state = await station.signIn(AUDITOR);
    expect(state.readOnly).toMatchObject({ code, details: { scope: 'tenant' } });
    expect(state.workspace?.tenantId).toBe(station.tenants.bank);
    await station.call('entities.regulations.list', {});
    await station.call('home.posture');
    expect(await write()).toBe(code);
    await forget();
    // The next sign-in sees that it fits again.
    expect((await station.signIn(AUDITOR)).readOnly).toBeNull();
    expect(await write()).toBe('ok');
  });
});
