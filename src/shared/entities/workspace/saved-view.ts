/**
 * A saved view: what somebody wants to see of a list again, for themselves or shared. The definition is checked here by shape; what of
 * it the list still has is found out when it is opened, so that a view outlives a field that went.
 */
import { z } from 'zod';
import { filterSchema, groupBySchema } from '../../listing';
import { TENANT_FUNCTIONS } from '../../roles';
import { defineEntity } from '../define';
import { choice, integer, json, tags, text } from '../fields';

export const VIEW_SHARING = [
  { value: 'private', label: 'Only me', tone: 'neutral', shape: 'user' },
  { value: 'functions', label: 'Some functions', tone: 'neutral', shape: 'people' },
  { value: 'tenant', label: 'Everybody', tone: 'neutral', shape: 'building' },
] as const;

/** What a view holds; empty order and columns stand for the list's own. */
export const viewDefinitionSchema = z.strictObject({
  filter: z.array(filterSchema).max(20).default([]),
  search: z.string().max(200).default(''),
  sort: z
    .array(z.strictObject({ field: z.string().max(64), dir: z.enum(['asc', 'desc']) }))
    .max(5)
    .default([]),
  columns: z.array(z.string().max(64)).max(100).default([]),
  by: groupBySchema.nullable().default(null),
  archived: z.boolean().default(false),
  look: z.string().max(40).default(''),
});
export type ViewDefinition = z.output<typeof viewDefinitionSchema>;

export const savedView = defineEntity({
  name: 'savedViews',
  table: 'saved_views',
  domain: 'workspace',
  label: { one: 'Saved view', many: 'Saved views' },
  icon: 'list-tree',
  purpose: 'A saved view is a list with its filters, order, columns and groups, kept under a name.',
  internal: true,
  fields: {
    list: text({ label: 'List', required: true, max: 60, writable: 'create' }),
    name: text({ label: 'Name', required: true, max: 60 }),
    definition: json({ label: 'Definition', required: true }),
    sharing: choice({ label: 'Shared with', options: VIEW_SHARING, required: true }),
    functions: tags({ label: 'Functions' }),
    place: integer({ label: 'Place', required: true, min: 0, max: 100_000 }),
  },
  refField: null,
  titleField: 'name',
  naturalKey: ['list', 'name'],
  access: { read: TENANT_FUNCTIONS, create: TENANT_FUNCTIONS, update: TENANT_FUNCTIONS, archive: TENANT_FUNCTIONS },
  list: {
    columns: [{ field: 'list', width: 160 }, { field: 'name' }, { field: 'sharing', width: 140 }],
    sort: [
      { field: 'place', dir: 'asc' },
      { field: 'name', dir: 'asc' },
    ],
    search: ['name'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'View', fields: ['name', 'sharing', 'functions'] }],
  children: [],
});
