/**
 * Judges a staged file as a whole: which records its references mean, which of its rows are there already, and what no single cell
 * can tell. Set by set, never row by row. Writes nothing but the stage.
 */

import { columnOf, quoted } from '@main/entities/columns';
import type { StateMachine } from '@shared/entities/define';
import { optionLabel } from '@shared/entities/option-label';
import { changedFields, differsIn } from './changes';
import { needsValue } from './columns';
import type { LoadTransaction } from './connection';
import type { FaultList } from './faults';
import { namesSql, PEOPLE_SQL } from './names';
import { shapeCalled } from './shapes';
import { needed, type Stage, type StagedField } from './stage';
import { circlesSql, fillDepths } from './trees';

export interface JudgeOptions {
  /** A row that nothing names for good becomes a new record, instead of being refused. */
  readonly keyless?: boolean;
  /** The row as a whole may be of a kind that the person may only make or only change; else both. */
  readonly may?: { readonly create: boolean; readonly update: boolean };
}

/** Resolves and checks; every finding goes to `faults`. `stages` are those of the load so far, this one included. */
export async function judge(
  tx: LoadTransaction,
  stage: Stage,
  stages: readonly Stage[],
  faults: FaultList,
  options: JudgeOptions = {},
): Promise<void> {
  const judging = new Judging(tx, stage, stages, faults);
  const inKey = (one: StagedField) => stage.shape.key.includes(one.field.key);
  const named = stage.fields.filter((one) => one.named !== null);
  await judging.repeatedKeys();
  // What is part of the key comes first, for the key tells which record a row is.
  for (const one of named.filter(inKey)) await judging.resolve(one);
  await judging.match(options.keyless === true);
  for (const one of named.filter((each) => !inKey(each))) await judging.resolve(one);
  await judging.circles();
  await fillDepths(tx, stage);
  await judging.missingColumns();
  await judging.fixedFields();
  await judging.locked();
  await judging.steps();
  await judging.rights(options.may);
}

interface Found extends Record<string, unknown> {
  readonly line: number | null;
  readonly what?: string | null;
}

class Judging {
  constructor(
    private readonly tx: LoadTransaction,
    private readonly stage: Stage,
    private readonly stages: readonly Stage[],
    private readonly faults: FaultList,
  ) {}

  /** Runs a query that gives a row for each fault. */
  async #each(
    sql: string,
    column: string | null,
    reason: (found: Found) => string,
    list: FaultList = this.faults,
  ): Promise<void> {
    const { rows } = await this.tx.query<Found>(`${sql} LIMIT ${this.faults.fileLimit}`);
    for (const row of rows) {
      list.add({
        file: this.stage.file,
        entity: this.stage.shape.name,
        row: row.line,
        column,
        reason: reason(row),
      });
    }
  }

  /** The parts of the natural key as the stage has them; null where the file does not have what the key needs. */
  #key(): { readonly column: string; readonly staged: StagedField | undefined }[] | null {
    const { shape, fields } = this.stage;
    if (shape.key.length === 0) return null;
    const parts = shape.key.map((part) => ({ column: columnOf(part), staged: fields.find(({ field }) => field.key === part) }));
    return shape.key.some((part, at) => needsValue(shape, part) && parts[at]?.staged === undefined) ? null : parts;
  }

  /** SQL over `s`: does the row have its whole key? A name that could not be resolved is no key. */
  #hasKey(parts: readonly { readonly staged: StagedField | undefined }[]): string {
    const { shape } = this.stage;
    return parts
      .flatMap(({ staged }) => {
        if (staged === undefined) return [];
        if (needsValue(shape, staged.field.key)) return [`s.${staged.value} IS NOT NULL`];
        return staged.named === null ? [] : [`(s.${staged.named} IS NULL OR s.${staged.value} IS NOT NULL)`];
      })
      .join(' AND ');
  }

  async repeatedKeys(): Promise<void> {
    const { table, keyHeader } = this.stage;
    if (keyHeader === null) return;
    await this.#each(
      `SELECT line, first::text AS what FROM (
         SELECT line, min(line) OVER (PARTITION BY source_key) AS first FROM ${table} WHERE source_key IS NOT NULL) s
       WHERE line <> first ORDER BY line`,
      keyHeader,
      ({ what }) => `is the same as in row ${what}`,
    );
  }

  /** From names to ids. */
  async resolve(one: StagedField): Promise<void> {
    const { table, shape } = this.stage;
    const { field, value, named } = one;
    if (named === null) return;
    const target = field.target === undefined ? null : shapeCalled(field.target);
    const names = target === null ? PEOPLE_SQL : namesSql(target, this.stages);
    const given = target === null ? `lower(s.${named})` : `s.${named}`;
    // A part and its whole stand within the same regulation, though another one may use the same reference.
    const outer = target === shape ? this.stage.fields.find((each) => each.field.key === shape.within) : undefined;
    const scope = outer === undefined ? 'NULL::uuid' : `s.${outer.value}`;
    await this.tx.query(
      `WITH wanted AS (SELECT DISTINCT ${given} AS name, ${scope} AS scope FROM ${table} s WHERE s.${named} IS NOT NULL),
       found AS (
         SELECT w.name, w.scope, n.id, rank() OVER (PARTITION BY w.name, w.scope ORDER BY n.rank) AS place
         FROM wanted w JOIN (${names}) n ON n.name = w.name
         ${outer === undefined ? '' : 'AND (n.scope IS NULL OR n.scope = w.scope)'}),
       best AS (SELECT name, scope, (array_agg(id))[1] AS id FROM found WHERE place = 1
         GROUP BY name, scope HAVING count(DISTINCT id) = 1)
       UPDATE ${table} s SET ${value} = b.id FROM best b
       WHERE b.name = ${given} AND b.scope IS NOT DISTINCT FROM ${scope}`,
    );
    const what = target === null ? 'active person of this tenant' : target.one;
    const several = target?.within ? `, write it as “set / ref” or by its key` : ', refer to it by its key or id';
    await this.#each(
      `SELECT s.line, left(s.${named}, 80) AS what, EXISTS (SELECT FROM (${names}) n WHERE n.name = ${given}) AS several
       FROM ${table} s WHERE s.${named} IS NOT NULL AND s.${value} IS NULL ORDER BY s.line`,
      one.header,
      (found) =>
        found.several === true
          ? `means more than one ${what}: “${found.what}”${several}`
          : `no ${what} is called “${found.what}”`,
      this.stage.lacks !== null && !needed(shape, field) ? this.stage.lacks : this.faults,
    );
  }

  /** Finds the records that are there already: by the key of the former system, by the reference, by the natural key. */
  async match(keyless: boolean): Promise<void> {
    const { table, shape, keyHeader } = this.stage;
    const real = quoted(shape.table);
    if (keyHeader !== null) {
      await this.tx.query(
        `UPDATE ${table} s SET target = k.record_id FROM source_keys k
         WHERE k.resource_type = '${shape.table}' AND k.source = 'load' AND k.archived_at IS NULL AND k.source_key = s.source_key`,
      );
      const own = shape.numbered ? `OR t.ref = s.source_key` : '';
      await this.tx.query(
        `UPDATE ${table} s SET target = t.id FROM ${real} t
         WHERE s.target IS NULL AND s.source_key IS NOT NULL AND t.archived_at IS NULL AND (t.id::text = s.source_key ${own})`,
      );
      await this.#each(
        `SELECT s.line FROM ${table} s JOIN ${real} t ON t.id = s.target WHERE t.archived_at IS NOT NULL ORDER BY s.line`,
        keyHeader,
        () => `belongs to a ${shape.one} that is archived; restore it first`,
      );
    }
    const parts = this.#key();
    if (parts !== null) await this.#matchByKey(parts);
    // A row without a key could never be found again by the next load.
    const keyed = [
      ...(keyHeader === null ? [] : ['s.source_key IS NOT NULL']),
      ...(parts === null ? [] : [`(${this.#hasKey(parts) || 'true'})`]),
    ];
    const needed = [
      ...shape.key
        .filter((part) => needsValue(shape, part))
        .map((part) => shape.fields.find((field) => field.key === part)?.label),
      'key',
    ];
    if (keyless) {
      await this.#sameRecord();
      return;
    }
    await this.#each(
      `SELECT s.line FROM ${table} s WHERE NOT s.faulty AND NOT (${keyed.join(' OR ') || 'false'})
         AND NOT EXISTS (SELECT 1 WHERE ${this.#unresolved()}) ORDER BY s.line`,
      null,
      () => `has neither ${needed.join(' nor ')}, so nothing could find it again the next time`,
    );
    await this.#sameRecord();
  }

  /** Two rows that mean one record. */
  async #sameRecord(): Promise<void> {
    const { table, shape } = this.stage;
    await this.#each(
      `SELECT line, first::text AS what FROM (
         SELECT line, min(line) OVER (PARTITION BY target) AS first FROM ${table} WHERE target IS NOT NULL) s
       WHERE line <> first ORDER BY line`,
      null,
      ({ what }) => `is the same ${shape.one} as row ${what}`,
    );
  }

  /** SQL over `s`: some name of the row was not found, which has its own fault already. */
  #unresolved(): string {
    const named = this.stage.fields.filter((one) => one.named !== null && this.stage.shape.key.includes(one.field.key));
    return named.map(({ named: name, value }) => `(s.${name} IS NOT NULL AND s.${value} IS NULL)`).join(' OR ') || 'false';
  }

  async #matchByKey(parts: readonly { readonly column: string; readonly staged: StagedField | undefined }[]): Promise<void> {
    const { table, shape } = this.stage;
    const hasKey = this.#hasKey(parts) || 'true';
    const stagedKey = parts.map(({ staged }) => (staged === undefined ? "''" : `coalesce(s.${staged.value}::text, '')`));
    const realKey = parts.map(({ column }) => `coalesce(t.${column}::text, '')`);
    const real = `SELECT ${realKey.map((part, at) => `${part} AS k${at}`).join(', ')}, (array_agg(t.id))[1] AS id, count(*) AS n
      FROM ${quoted(shape.table)} t WHERE t.archived_at IS NULL GROUP BY ${realKey.map((_, at) => at + 1).join(', ')}`;
    const same = stagedKey.map((part, at) => `${part} = b.k${at}`).join(' AND ');
    await this.tx.query(
      `UPDATE ${table} s SET target = b.id FROM (${real}) b WHERE s.target IS NULL AND b.n = 1 AND ${hasKey} AND ${same}`,
    );
    await this.#each(
      `SELECT s.line FROM ${table} s JOIN (${real}) b ON ${same} WHERE s.target IS NULL AND b.n > 1 AND ${hasKey} ORDER BY s.line`,
      null,
      () => `fits more than one ${shape.one}; give it a key`,
    );
    // Where the database itself keeps the key unique, two keys of a former system do not make it two.
    const apart = shape.entity === null ? 'AND source_key IS NULL' : '';
    await this.#each(
      `SELECT line, first::text AS what FROM (
         SELECT s.line, s.source_key, min(s.line) OVER (PARTITION BY ${stagedKey.join(', ')}) AS first FROM ${table} s WHERE ${hasKey}) s
       WHERE line <> first ${apart} ORDER BY line`,
      null,
      ({ what }) => `is the same ${shape.one} as row ${what}`,
    );
  }

  /** A new record needs what the file has no column for. */
  async missingColumns(): Promise<void> {
    const { table, shape, fields } = this.stage;
    for (const field of shape.fields) {
      if (!field.required || field.initial !== undefined || fields.some((one) => one.field === field)) continue;
      await this.#each(
        `SELECT NULL::bigint AS line, count(*)::text AS what FROM ${table} WHERE target IS NULL HAVING count(*) > 0`,
        field.column,
        ({ what }) => `the column is missing, and ${what} new ${shape.many} need it`,
      );
    }
  }

  /** A record that would be a part of itself, over any number of others. */
  async circles(): Promise<void> {
    const { shape, fields } = this.stage;
    for (const one of fields.filter(({ field }) => field.target === shape.name)) {
      await this.#each(
        circlesSql(this.stage, one),
        one.header,
        ({ what }) => `makes the ${shape.one} a part of itself (through ${what === '1' ? 'itself' : `${what} steps`})`,
      );
    }
  }

  /** What is settled, issued or reported stands as it was. */
  async locked(): Promise<void> {
    const { table, shape } = this.stage;
    const machine = shape.states;
    const locked = machine?.locked ?? [];
    const pairs = changedFields(this.stage).filter(({ key }) => key !== machine?.field);
    if (machine === null || locked.length === 0 || pairs.length === 0) return;
    const state = `t.${columnOf(machine.field)}`;
    await this.#each(
      `SELECT s.line, ${state} AS what FROM ${table} s JOIN ${quoted(shape.table)} t ON t.id = s.target
       WHERE ${state} IN (${locked.map((one) => `'${one}'`).join(', ')}) AND ${differsIn(pairs)} ORDER BY s.line`,
      null,
      ({ what }) => `is ${stateWord(shape, what ?? '')} and stays as it is; reopen the ${shape.one} first`,
    );
  }

  /** Which of the rows the person may not make, or not change. */
  async rights(may: JudgeOptions['may']): Promise<void> {
    const { table, shape } = this.stage;
    if (may === undefined) return;
    if (!may.create) {
      await this.#each(
        `SELECT s.line FROM ${table} s WHERE s.target IS NULL AND NOT s.faulty ORDER BY s.line`,
        null,
        () => `is a new ${shape.one}, and your role only changes those that are here`,
      );
    }
    const pairs = changedFields(this.stage);
    if (!may.update && pairs.length > 0) {
      await this.#each(
        `SELECT s.line FROM ${table} s JOIN ${quoted(shape.table)} t ON t.id = s.target
         WHERE NOT s.faulty AND ${differsIn(pairs)} ORDER BY s.line`,
        null,
        () => `changes a ${shape.one} that is here, and your role only makes new ones`,
      );
    }
  }

  /** What is given at creation and stays. */
  async fixedFields(): Promise<void> {
    const { table, shape, fields, existing } = this.stage;
    if (existing === 'fill' || existing === 'leave') return;
    for (const one of fields.filter(({ field }) => field.fixed && !shape.key.includes(field.key))) {
      await this.#each(
        `SELECT s.line FROM ${table} s JOIN ${quoted(shape.table)} t ON t.id = s.target
         WHERE s.${one.value} IS NOT NULL AND t.${columnOf(one.field.key)} IS DISTINCT FROM s.${one.value} ORDER BY s.line`,
        one.header,
        () => `cannot be changed for a ${shape.one} that is there already`,
      );
    }
  }

  /** A load may bring a record in any state; from there on the state machine rules. */
  async steps(): Promise<void> {
    const { table, shape, fields, existing } = this.stage;
    const machine = shape.states;
    if (existing === 'fill' || existing === 'leave') return;
    const one = fields.find(({ field }) => field.key === machine?.field);
    if (machine === null || one === undefined) return;
    await this.#each(
      `SELECT s.line, t.${columnOf(machine.field)} || ' to ' || s.${one.value} AS what
       FROM ${table} s JOIN ${quoted(shape.table)} t ON t.id = s.target
       WHERE s.${one.value} IS NOT NULL AND s.${one.value} <> t.${columnOf(machine.field)}
         AND (t.${columnOf(machine.field)}, s.${one.value}) NOT IN (VALUES ${legalSteps(machine)}) ORDER BY s.line`,
      one.header,
      ({ what }) => `is no step that a ${shape.one} may take (${what})`,
    );
  }
}

function stateWord({ states, fields }: Stage['shape'], state: string): string {
  return optionLabel(fields.find(({ key }) => key === states?.field)?.options, state).toLowerCase();
}

function legalSteps(machine: StateMachine): string {
  const pairs = Object.entries(machine.steps).flatMap(([from, next]) => next.map((to) => `('${from}'::text, '${to}'::text)`));
  return pairs.length > 0 ? pairs.join(', ') : `(''::text, ''::text)`;
}
