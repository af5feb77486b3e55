/** What a stage would change in the records that are there: columns with their new values, as SQL over `s` (stage) and `t` (table). */
import { columnOf, quoted } from '@main/entities/columns';
import { type LoadField, ROW_NUMBER } from './shapes';
import type { Stage, StagedField } from './stage';

export interface ChangedField {
  /** Of the field, or the column of a derived one. */
  readonly key: string;
  readonly column: string;
  readonly value: string;
  readonly staged: StagedField | null;
}

/** The value of a field for a new record where the file says nothing. */
export function initialSql(field: LoadField): string | null {
  if (field.initial === ROW_NUMBER) return 's.line::integer';
  if (typeof field.initial === 'string') return `'${field.initial.replaceAll("'", "''")}'`;
  if (field.initial !== undefined) return String(field.initial);
  if (field.kind === 'boolean') return 'false';
  return field.kind === 'tags' ? `'{}'::text[]` : null;
}

export function stagedOr(stage: Stage, key: string, otherwise: string): string {
  const staged = stage.fields.find(({ field }) => field.key === key);
  return staged === undefined ? otherwise : `s.${staged.value}`;
}

export function derivedOf({ shape, fields }: Stage): { column: string; sql: (read: (key: string) => string) => string }[] {
  return shape.derived
    .filter(({ from }) => fields.some(({ field }) => from.includes(field.key)))
    .map(({ column, sql }) => ({ column: quoted(column), sql }));
}

/** The columns that the file may change, by what records that are there take from it. */
export function changedFields(stage: Stage): ChangedField[] {
  const { fields, existing } = stage;
  if (existing === 'leave') return [];
  const own = fields
    .filter(({ field }) => !field.fixed)
    .map(
      (staged): ChangedField => ({
        key: staged.field.key,
        column: columnOf(staged.field.key),
        value: newValue(stage, staged),
        staged,
      }),
    );
  const derived = derivedOf(stage).map(
    ({ column, sql }): ChangedField => ({
      key: column,
      column,
      value: sql((key) => own.find((one) => one.key === key)?.value ?? `t.${columnOf(key)}`),
      staged: null,
    }),
  );
  return [...own, ...derived];
}

function newValue({ shape, existing, fields }: Stage, { field, value, computed }: StagedField): string {
  const theirs = `t.${columnOf(field.key)}`;
  const mine = `s.${value}`;
  if (existing === 'fill') {
    const parent = fields.find((one) => one.field.key === shape.tree?.parent);
    // How deep a record stands changes only with the whole that it is a part of.
    if (computed && parent !== undefined)
      return `CASE WHEN t.${columnOf(parent.field.key)} IS NULL THEN coalesce(${mine}, ${theirs}) ELSE ${theirs} END`;
    return field.kind === 'tags'
      ? `CASE WHEN cardinality(${theirs}) = 0 THEN coalesce(${mine}, ${theirs}) ELSE ${theirs} END`
      : `coalesce(${theirs}, ${mine})`;
  }
  if (existing === 'replace') return `coalesce(${mine}, ${theirs})`;
  // An empty cell empties, where a record can do without.
  const keeps = field.required || shape.key.includes(field.key) || initialSql(field) !== null;
  return keeps ? `coalesce(${mine}, ${theirs})` : mine;
}

/** SQL: does any of these columns differ from what the file says? */
export function differsIn(pairs: readonly ChangedField[]): string {
  if (pairs.length === 0) return 'false';
  return `(${pairs.map(({ column }) => `t.${column}`).join(', ')}) IS DISTINCT FROM (${pairs.map(({ value }) => value).join(', ')})`;
}
