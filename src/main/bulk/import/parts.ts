/** A row whose whole stays out cannot come in without it: it stays out too, and says because of which row. */
import { markFaulty } from '../apply';
import type { LoadTransaction } from '../connection';
import type { FaultList } from '../faults';
import type { Stage } from '../stage';

/** Marks the parts of faulty new rows, and the parts of these, until none is left. */
export async function leaveOutParts(tx: LoadTransaction, stage: Stage, faults: FaultList): Promise<void> {
  const { table, shape, fields, file } = stage;
  const parents = fields.filter(({ field }) => field.target === shape.name);
  for (let found = parents.length > 0; found; ) {
    found = false;
    for (const parent of parents) {
      const { rows } = await tx.query<{ line: string; whole: string }>(
        `SELECT s.line, p.line AS whole FROM ${table} s JOIN ${table} p ON s.${parent.value} = p.id
         WHERE NOT s.faulty AND p.faulty AND p.target IS NULL ORDER BY s.line`,
      );
      for (const { line, whole } of rows) {
        faults.add({
          file,
          entity: shape.name,
          row: Number(line),
          column: parent.header,
          reason: `is a part of row ${whole}, which stays out`,
        });
      }
      await markFaulty(
        tx,
        stage,
        rows.map(({ line }) => Number(line)),
      );
      found ||= rows.length > 0;
    }
  }
}
