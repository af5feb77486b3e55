/** Templates: kept from a record, chosen for a new one, taken away. */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow } from '@main/entities/read';
import { copiedFields, copiedValues } from '@shared/entities/copying';
import { columnName } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import {
  type DropTemplateInput,
  dropTemplateInputSchema,
  type RecordTemplate,
  type TemplateInput,
  templateInputSchema,
} from '@shared/wire/collab';
import { functionOn, perform, readingAs } from './command';

export async function readTemplates(ctx: EntityContext, name: EntityName): Promise<RecordTemplate[]> {
  const definition = entityOf(name);
  const fn = functionOn(ctx, name, definition.access.read);
  return ctx.database.withTenant(readingAs(ctx, fn), async (tx) => {
    const { rows } = await tx.query<Omit<RecordTemplate, 'values'> & { content: Readonly<Record<string, unknown>> }>(
      `SELECT id, name, created_by AS "createdBy", created_at AS "createdAt", content FROM record_templates
       WHERE resource_type = $1::text AND archived_at IS NULL ORDER BY lower(name), id LIMIT 200`,
      [definition.table],
    );
    return rows.map(({ content, ...template }) => ({
      ...template,
      values: Object.fromEntries(
        copiedFields(definition).flatMap((key) => {
          const value = content[columnName(key)];
          // a template of an older version may hold what the field no longer takes
          return definition.fields[key]?.schema.safeParse(value).success ? [[key, value]] : [];
        }),
      ),
    }));
  });
}

/** DUPLICATE where the name is taken. */
export async function keepTemplate(ctx: EntityContext, input: TemplateInput): Promise<void> {
  const asked = parseInput(templateInputSchema, input);
  const definition = entityOf(asked.entity);
  await perform(ctx, 'keepTemplate', asked, functionOn(ctx, asked.entity, definition.access.create), async (tx) => {
    const found = await readRow(tx, asked.entity, asked.recordId);
    if (!found) throw new CodedError('NOT_FOUND', { entity: asked.entity, id: asked.recordId });
    const content = Object.fromEntries(
      Object.entries(copiedValues(definition, found.row)).map(([key, value]) => [columnName(key), value]),
    );
    await tx.query(
      'INSERT INTO record_templates (id, resource_type, name, content) VALUES ($1::uuid, $2::text, $3::text, $4::jsonb)',
      [asked.templateId, definition.table, asked.name, JSON.stringify(content)],
    );
  });
}

export async function dropTemplate(ctx: EntityContext, input: DropTemplateInput): Promise<void> {
  const asked = parseInput(dropTemplateInputSchema, input);
  const fn = functionOn(ctx, asked.entity, entityOf(asked.entity).access.create);
  await perform(ctx, 'dropTemplate', { ...asked, recordId: asked.templateId }, fn, async (tx) => {
    const { rows } = await tx.query(
      'UPDATE record_templates SET archived_at = now() WHERE id = $1::uuid AND archived_at IS NULL RETURNING id',
      [asked.templateId],
    );
    if (rows.length === 0) throw new CodedError('NOT_FOUND', { entity: asked.entity });
  });
}
