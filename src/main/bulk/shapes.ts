/**
 * What may be loaded: for each kind of record its table, its columns, the key by which a second load finds it again, and the
 * names by which rows of other files refer to it. Entities give theirs from their definition; the tables that have no entity
 * yet stand in `other-shapes.ts`.
 */
import { columnName, type Entity, type StateMachine } from '@shared/entities/define';
import type { EnumOption, Field, FieldKind } from '@shared/entities/fields';
import { ENTITIES, type EntityName, entityOf } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import { OTHER_SHAPES } from './other-shapes';

/** A default that is not a literal: the row's number within its file. */
export const ROW_NUMBER = Symbol('row number');

export interface LoadField {
  readonly key: string;
  readonly column: string;
  readonly label: string;
  readonly kind: FieldKind | 'decimal';
  /** Judges the value in normal form; for references and persons only its length, for they come by name. */
  readonly field: Field;
  readonly required: boolean;
  /** Given at creation; a load that says otherwise for a record that is there is refused. */
  readonly fixed: boolean;
  readonly options?: readonly EnumOption[];
  /** Name of the shape that a reference points to. */
  readonly target?: string;
  /** What a new record gets where the file says nothing. */
  readonly initial?: string | number | boolean | typeof ROW_NUMBER;
}

export interface LoadShape {
  readonly name: string;
  readonly table: string;
  readonly one: string;
  readonly many: string;
  readonly fields: readonly LoadField[];
  /** Field keys that name a record for good; empty where only a key of the former system can. */
  readonly key: readonly string[];
  /** Columns by which others refer to a record, the best first. */
  readonly names: readonly string[];
  /** The reference that qualifies a name, as `Set / AC-1`. */
  readonly within: string | null;
  /** The database numbers the records: the file's `ref` is kept as the key of the former system. */
  readonly numbered: boolean;
  readonly create: readonly TenantFunction[];
  readonly update: readonly TenantFunction[];
  readonly states: StateMachine | null;
  /** Of records that are parts of each other: the reference to the whole, and how deep below its root a record stands. */
  readonly tree: { readonly parent: string; readonly depth: string } | null;
  /** Columns that follow from others by a rule of the table, as SQL over the values of the fields they follow from. */
  readonly derived: readonly {
    readonly column: string;
    readonly from: readonly string[];
    readonly sql: (read: (key: string) => string) => string;
  }[];
  /** The registry's name, for announcing what changed; null for a table that has no entity yet. */
  readonly entity: EntityName | null;
}

interface Override {
  readonly key?: readonly string[];
  readonly within?: string;
  readonly initial?: Readonly<Record<string, LoadField['initial']>>;
  /** Fields that no file fills: references to records that come later, for files are taken in the order of their references. */
  readonly without?: readonly string[];
}

/** What a load needs to know beyond the definitions. */
const OVERRIDES: Partial<Record<EntityName, Override>> = {
  requirements: {
    key: ['regulationId', 'refId'],
    within: 'regulationId',
    initial: { orderIndex: ROW_NUMBER, depth: 0, kind: 'control', assessable: true },
  },
  controls: { within: 'controlSetId' },
  // findings come after the tests that they were found by
  controlTests: { without: ['retestOfId'] },
};

/** Files of evidence are bytes in a vault and come in by the window; everything else that people create can be loaded. */
const NOT_LOADED: readonly EntityName[] = ['evidenceFiles'];

function shapeOfEntity(name: EntityName): LoadShape {
  const entity: Entity = entityOf(name);
  const override = OVERRIDES[name] ?? {};
  const numbered = entity.refField === 'ref' && entity.allFields.ref?.writable === 'never';
  const fields = Object.entries(entity.fields)
    .filter(([key, field]) => (field.writable === 'both' || field.writable === 'create') && !override.without?.includes(key))
    .map(([key, field]): LoadField => {
      const initial = key === entity.states?.field ? entity.states.initial : override.initial?.[key];
      return {
        ...loadField(key, field),
        fixed: field.writable === 'create' || field.merge === 'immutable',
        ...(initial === undefined ? {} : { initial }),
      };
    });
  const known = new Set(fields.map((field) => field.key));
  const naming = [entity.refField, entity.titleField].filter(
    (key): key is string => key !== null && (known.has(key) || key === 'ref') && entity.allFields[key]?.kind === 'text',
  );
  return {
    name,
    table: entity.table,
    one: entity.label.one.toLowerCase(),
    many: entity.label.many.toLowerCase(),
    fields,
    key: numbered ? [] : (override.key ?? entity.naturalKey),
    names: [...new Set(naming)].map(columnName),
    within: override.within ?? null,
    numbered,
    create: entity.access.create,
    update: entity.access.update,
    states: entity.states ?? null,
    tree: treeOf(name, fields),
    derived: [],
    entity: name,
  };
}

function treeOf(name: string, fields: readonly LoadField[]): LoadShape['tree'] {
  const parent = fields.find(({ target }) => target === name);
  return parent !== undefined && fields.some(({ key }) => key === 'depth') ? { parent: parent.key, depth: 'depth' } : null;
}

/** A column of a load from a field of a definition. */
export function loadField(key: string, field: Field): LoadField {
  return {
    key,
    column: columnName(key),
    label: field.label,
    kind: field.kind,
    field,
    required: field.required && field.kind !== 'boolean' && field.kind !== 'tags',
    fixed: false,
    ...(field.options ? { options: field.options } : {}),
    ...(field.target ? { target: field.target } : {}),
  };
}

/** What hangs on other records, and a person's own views, come in with what they belong to. */
const FROM_ENTITIES = (Object.keys(ENTITIES) as EntityName[])
  .filter((name) => !NOT_LOADED.includes(name) && entityOf(name).domain !== 'workspace')
  .map(shapeOfEntity);

/** Every shape, those first that others refer to: a load goes through its files in this order. */
export const LOAD_SHAPES: readonly LoadShape[] = inOrder([...FROM_ENTITIES, ...OTHER_SHAPES]);

function inOrder(shapes: readonly LoadShape[]): LoadShape[] {
  const ordered: LoadShape[] = [];
  const visit = (shape: LoadShape): void => {
    if (ordered.includes(shape)) return;
    for (const { target } of shape.fields) {
      const other = shapes.find((one) => one.name === target);
      if (other && other !== shape) visit(other);
    }
    ordered.push(shape);
  };
  for (const shape of shapes) visit(shape);
  return ordered;
}

/** Letters and digits in lower case: `Control sets`, `control_sets` and `controlSets` are the same. */
export function plainName(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The shape that a file or sheet is named after, `03_control-sets` and `Risks` too; undefined where there is none. */
export function shapeNamed(text: string): LoadShape | undefined {
  const plain = plainName(text.replace(/^\d+[\s._-]+/, ''));
  const namesOf = (shape: LoadShape) => [shape.name, shape.table, shape.one, shape.many].map(plainName);
  return LOAD_SHAPES.find((shape) => namesOf(shape).includes(plain));
}

export function shapeCalled(name: string): LoadShape {
  const found = LOAD_SHAPES.find((shape) => shape.name === name);
  if (found === undefined) throw new TypeError(`no shape is called ${name}`);
  return found;
}
