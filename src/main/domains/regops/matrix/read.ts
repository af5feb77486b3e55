/** Reads the coverage matrix of a regulation: three statements in one flush, whatever its size. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import { CodedError } from '@shared/errors';
import type { Matrix, MatrixCell, MatrixColumn, MatrixRow } from '@shared/wire/matrix';

/** The matrix. Deprecated and archived controls count as gone, mappings that say “not related” as none. Throws NOT_FOUND. */
export async function readMatrix(ctx: EntityContext, regulationId: string): Promise<Matrix> {
  return ctx.database.withTenant(
    readScope(ctx, ['regulations', 'requirements', 'controls', 'controlRequirements']),
    async (tx) => {
      const [regulations, rows, columns, cells, titles] = await together(
        tx.query<Matrix['regulation'] & Record<string, unknown>>(
          'SELECT id, coalesce(short_name, name) AS name, version FROM regulations WHERE id = $1::uuid',
          [regulationId],
        ),
        readRows(tx, regulationId),
        readColumns(tx, regulationId),
        readCells(tx, regulationId),
        readFamilies(tx, regulationId),
      );
      const regulation = regulations.rows[0];
      if (regulation === undefined) throw new CodedError('NOT_FOUND', { entity: 'regulations', id: regulationId });
      const rowAt = new Map(rows.map((row, at) => [row.id, at]));
      const columnAt = new Map(columns.map((column, at) => [column.id, at]));
      return {
        regulation,
        rows,
        columns,
        cells: cells.flatMap(({ requirementId, controlId, ...cell }) => {
          const [row, column] = [rowAt.get(requirementId), columnAt.get(controlId)];
          return row === undefined || column === undefined ? [] : [{ row, column, ...cell }];
        }),
        families: titles,
      };
    },
  );
}

async function readRows(tx: SqlClient, regulationId: string): Promise<MatrixRow[]> {
  const { rows } = await tx.query<MatrixRow & Record<string, unknown>>(
    `SELECT id, ref_id AS "refId", title, coalesce(family, '') AS family FROM requirements
     WHERE regulation_id = $1::uuid AND assessable AND archived_at IS NULL
     ORDER BY min(order_index) OVER (PARTITION BY coalesce(family, '')), order_index, id`,
    [regulationId],
  );
  return rows;
}

/** From the assessed requirements of the regulation to live mappings and controls. */
const MAPPED = `FROM requirements q
  JOIN control_requirements m ON m.requirement_id = q.id AND m.archived_at IS NULL AND m.relation <> 'not_related'
  JOIN controls c ON c.id = m.control_id AND c.archived_at IS NULL AND c.status <> 'deprecated'
  WHERE q.regulation_id = $1::uuid AND q.assessable AND q.archived_at IS NULL`;

async function readColumns(tx: SqlClient, regulationId: string): Promise<MatrixColumn[]> {
  const { rows } = await tx.query<MatrixColumn & Record<string, unknown>>(
    `SELECT c.id, coalesce(c.ref, left(c.name, 24)) AS ref, c.name, coalesce(c.family, '') AS family, s.name AS set, c.status,
       c.last_result AS result, c.last_tested::text AS tested
     FROM (SELECT m.control_id, min(q.order_index) AS first ${MAPPED} GROUP BY m.control_id) n
     JOIN controls c ON c.id = n.control_id LEFT JOIN control_sets s ON s.id = c.control_set_id
     ORDER BY min(n.first) OVER (PARTITION BY coalesce(c.family, '')), coalesce(c.family, ''), n.first, c.ref, c.id`,
    [regulationId],
  );
  return rows;
}

type CellRow = Omit<MatrixCell, 'row' | 'column'> & { readonly requirementId: string; readonly controlId: string };

async function readCells(tx: SqlClient, regulationId: string): Promise<CellRow[]> {
  const { rows } = await tx.query<CellRow & Record<string, unknown>>(
    `SELECT m.requirement_id AS "requirementId", m.control_id AS "controlId", m.id AS "mappingId", m.relation, m.strength, m.rationale
     ${MAPPED}`,
    [regulationId],
  );
  return rows;
}

async function readFamilies(tx: SqlClient, regulationId: string): Promise<Record<string, string>> {
  const { rows } = await tx.query<{ family: string; title: string }>(
    `SELECT DISTINCT ON (family) family, title FROM requirements
     WHERE regulation_id = $1::uuid AND kind = 'group' AND archived_at IS NULL AND family IS NOT NULL AND title IS NOT NULL
     ORDER BY family, depth, order_index, id`,
    [regulationId],
  );
  return Object.fromEntries(rows.map(({ family, title }) => [family, title]));
}
