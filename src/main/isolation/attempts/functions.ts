/** Every function: the other tenant's, those of the private schema, and those open to all, called with the other tenant's ids. */
import type { Routine } from '../surroundings';
import type { Attempt } from '../types';
import { literal, name, of, refused, type Stage, saysNo, silent } from './build';

const SHAPED_VERIFIER = `SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$${'A'.repeat(43)}=:${'A'.repeat(43)}=`;

/** A call of the routine with values that belong to the other tenant wherever an id is asked for. */
function callOf(routine: Routine, { other, victim, records, run }: Stage): string {
  const given = routine.argumentTypes.map((type, index) => {
    const argument = routine.argumentNames[index] ?? '';
    return `${valueFor(argument, type)}::${type}`;
  });
  const call = `${name(routine.schema, routine.name)}(${given.join(', ')})`;
  return routine.procedure ? `CALL ${call}` : `SELECT * FROM ${call} AS answer`;

  function valueFor(argument: string, type: string): string {
    if (type === 'uuid') {
      if (/user|person|actor|member/.test(argument)) return literal(victim.id);
      return literal((/tenant/.test(argument) ? null : records.audit_plans) ?? other.id);
    }
    if (/^(text|character varying|name)$/.test(type)) return literal(wordFor(argument));
    if (type === 'date') return /end/.test(argument) ? "'2099-12-31'" : "'2026-01-01'";
    if (type.startsWith('timestamp')) return "'2099-12-31'";
    if (/^jsonb?$/.test(type)) return "'{}'";
    if (type === 'boolean') return 'true';
    if (type === 'interval') return "'1 day'";
    if (/^(integer|bigint|smallint|numeric|real|double precision)$/.test(type)) return '1';
    if (type.endsWith('[]')) return "'{}'";
    return 'NULL';
  }

  function wordFor(argument: string): string {
    if (/function|role/.test(argument)) return 'admin';
    if (/email/.test(argument)) return `nobody-${run}@isolation-probe.invalid`;
    if (/domain/.test(argument)) return `isolation-probe-${run}-x.invalid`;
    if (/verifier/.test(argument)) return SHAPED_VERIFIER;
    if (/schema/.test(argument)) return other.schema;
    if (/type|entity|table/.test(argument)) return 'audit_plans';
    return 'controls';
  }
}

/** Functions that change something must refuse another tenant's ids; functions that only tell must say nothing. */
export function functionAttempts(stage: Stage): Attempt[] {
  const { surroundings, other, prober } = stage;
  return surroundings.routines.flatMap((routine): Attempt[] => {
    if (routine.schema === prober.tenant.schema && !routine.argumentTypes.includes('uuid')) return [];
    // Trigger functions cannot be called at all (0A000); that is refused even before any right is asked for.
    const call = routine.trigger ? `SELECT ${name(routine.schema, routine.name)}()` : callOf(routine, stage);
    if (routine.schema === other.schema || routine.schema === 'private') return of('functions', refused('0A000'))(call);
    if (!routine.argumentTypes.includes('uuid')) return of('functions', silent)(call);
    // P0002 and KP007: as if it did not exist.
    const asIfAbsent = ['P0002', 'KP007', 'KP008', '0A000'];
    // The own tenant's functions reach their own schema only, where such an id is nobody's: they may find nothing to do, or refuse
    // what they were given with it.
    if (routine.schema === prober.tenant.schema) return of('functions', saysNo(...asIfAbsent, '23514'))(call);
    return of('functions', routine.volatile ? refused(...asIfAbsent) : saysNo(...asIfAbsent))(call);
  });
}

/** Numbers: the other tenant's sequences, by name and by oid, which needs no right on the schema. */
export function sequenceAttempts({ surroundings, other }: Stage): Attempt[] {
  return surroundings.relations
    .filter(({ schema, kind }) => schema === other.schema && kind === 'sequence')
    .flatMap(({ name: sequence, oid }) => {
      const at = name(other.schema, sequence);
      return [
        ...of('sequences', refused())(
          `SELECT last_value FROM ${at}`,
          `SELECT nextval('${at}')`,
          `SELECT nextval(${oid}::oid::regclass)`,
        ),
        // PostgreSQL 17 and later answer NULL instead of refusing.
        ...of('sequences', saysNo())(`SELECT pg_sequence_last_value(${oid}::oid::regclass)`),
        ...of('sequences', refused('55000'))(`SELECT currval(${oid}::oid::regclass)`),
      ];
    });
}
