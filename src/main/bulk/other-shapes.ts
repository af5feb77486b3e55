/**
 * Shapes of the tables that have no entity definition yet, by the same field builders: policies, the record of processing, risks,
 * vulnerabilities, vendors, continuity plans. Requests of data subjects are left out on purpose: their personal data come in
 * through the functions that guard them. When a table gets its entity, its shape here goes.
 */
import { columnName } from '@shared/entities/define';
import { choice, date, type Field, integer, json, longText, person, reference, text } from '@shared/entities/fields';
import { STATE_MACHINES } from '@shared/entities/machines';
import type { TenantFunction } from '@shared/roles';
import { z } from 'zod';
import type { LoadField, LoadShape } from './shapes';

const words = <const V extends string>(...values: readonly V[]) =>
  values.map((value) => ({ value, label: value.replaceAll('_', ' ') }));

/** Likelihood and impact of a risk; the score is their product. */
const RATING = words('-1', '1', '2', '3', '4', '5');

/** A number with a fraction; the entity builders have no such kind. */
function decimal(label: string, min: number, max: number): Field {
  return { ...integer({ label }), schema: z.number().min(min).max(max).nullable() };
}

interface Sketch {
  readonly name: string;
  readonly table: string;
  readonly one: string;
  readonly many: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly key: readonly string[];
  readonly names: readonly string[];
  readonly functions: readonly TenantFunction[];
  readonly decimals?: readonly string[];
  readonly initial?: Readonly<Record<string, string>>;
  readonly derived?: LoadShape['derived'];
}

function shape(sketch: Sketch): LoadShape {
  const fields = Object.entries(sketch.fields).map(
    ([key, field]): LoadField => ({
      key,
      column: columnName(key),
      label: field.label,
      kind: sketch.decimals?.includes(key) ? 'decimal' : field.kind,
      field,
      required: field.required,
      fixed: false,
      ...(field.options ? { options: field.options } : {}),
      ...(field.target ? { target: field.target } : {}),
      ...(sketch.initial?.[key] === undefined ? {} : { initial: sketch.initial[key] }),
    }),
  );
  return {
    name: sketch.name,
    table: sketch.table,
    one: sketch.one,
    many: sketch.many,
    fields,
    key: sketch.key,
    names: sketch.names.map(columnName),
    within: null,
    numbered: false,
    create: sketch.functions,
    update: sketch.functions,
    states: STATE_MACHINES[sketch.table] ?? null,
    tree: null,
    derived: sketch.derived ?? [],
    entity: null,
  };
}

export const OTHER_SHAPES: readonly LoadShape[] = [
  shape({
    name: 'policies',
    table: 'policies',
    one: 'policy',
    many: 'policies',
    fields: {
      name: text({ label: 'Name', required: true, max: 255 }),
      version: text({ label: 'Version', max: 50 }),
      type: text({ label: 'Type', max: 50 }),
      status: choice({ label: 'State', required: true, options: words('draft', 'in_review', 'approved', 'active', 'retired') }),
      description: longText({ label: 'Description' }),
      content: json({ label: 'Content' }),
    },
    key: ['name', 'version'],
    names: ['name'],
    functions: ['compliance'],
    initial: { status: 'draft' },
  }),
  shape({
    name: 'dataInventory',
    table: 'data_inventory',
    one: 'data inventory entry',
    many: 'data inventory',
    fields: {
      dataType: text({ label: 'Data type', required: true, max: 100 }),
      dataSource: text({ label: 'Data source', required: true, max: 255 }),
      dataCategory: text({ label: 'Category', max: 100 }),
      sensitivityLevel: text({ label: 'Sensitivity', max: 50 }),
      processingPurpose: text({ label: 'Purpose', max: 255 }),
      storageLocation: text({ label: 'Storage', max: 255 }),
      retentionPeriod: integer({ label: 'Retention (days)', min: 0 }),
      status: choice({ label: 'State', required: true, options: words('draft', 'in_review', 'approved', 'deprecated') }),
    },
    key: ['dataType', 'dataSource'],
    names: ['dataType'],
    functions: ['privacy'],
    initial: { status: 'draft' },
  }),
  shape({
    name: 'riskRegister',
    table: 'risk_register',
    one: 'risk',
    many: 'risks',
    fields: {
      riskName: text({ label: 'Risk', required: true, max: 255 }),
      riskCategory: text({ label: 'Category', max: 100 }),
      riskType: text({ label: 'Type', max: 50 }),
      likelihood: choice({ label: 'Likelihood', options: RATING }),
      impact: choice({ label: 'Impact', options: RATING }),
      mitigationStrategy: longText({ label: 'Mitigation' }),
      ownerId: person({ label: 'Owner' }),
      status: choice({
        label: 'State',
        required: true,
        options: words('open', 'mitigating', 'accepted', 'transferred', 'avoided', 'closed'),
      }),
    },
    key: ['riskName'],
    names: ['riskName'],
    functions: ['risk'],
    initial: { status: 'open' },
    derived: [
      {
        column: 'risk_score',
        from: ['likelihood', 'impact'],
        sql: (read) =>
          `CASE WHEN ${read('likelihood')} ~ '^[1-5]$' AND ${read('impact')} ~ '^[1-5]$'
             THEN ${read('likelihood')}::integer * ${read('impact')}::integer ELSE -1 END`,
      },
    ],
  }),
  shape({
    name: 'vulnerabilities',
    table: 'vulnerabilities',
    one: 'vulnerability',
    many: 'vulnerabilities',
    fields: {
      vulnerabilityId: text({ label: 'Vulnerability', required: true, max: 100 }),
      title: text({ label: 'Title', required: true, max: 255 }),
      severity: choice({ label: 'Severity', options: words('none', 'low', 'medium', 'high', 'critical') }),
      cvssScore: decimal('CVSS score', 0, 10),
      description: longText({ label: 'Description' }),
      remediation: longText({ label: 'Remediation' }),
      status: choice({
        label: 'State',
        required: true,
        options: words('open', 'in_progress', 'mitigated', 'fixed', 'not_exploitable', 'unaffected', 'risk_accepted'),
      }),
      riskId: reference({ label: 'Risk', target: 'riskRegister' }),
    },
    key: ['vulnerabilityId'],
    names: ['vulnerabilityId'],
    functions: ['risk'],
    decimals: ['cvssScore'],
    initial: { status: 'open' },
  }),
  shape({
    name: 'vendorAssessments',
    table: 'vendor_assessments',
    one: 'vendor assessment',
    many: 'vendor assessments',
    fields: {
      vendorName: text({ label: 'Vendor', required: true, max: 255 }),
      assessmentDate: date({ label: 'Assessed', required: true }),
      riskScore: integer({ label: 'Score', min: 0, max: 100 }),
    },
    key: ['vendorName', 'assessmentDate'],
    names: ['vendorName'],
    functions: ['risk'],
  }),
  shape({
    name: 'businessContinuity',
    table: 'business_continuity',
    one: 'continuity plan',
    many: 'continuity plans',
    fields: {
      planName: text({ label: 'Plan', required: true, max: 255 }),
      planType: choice({ label: 'Type', options: words('bcp', 'drp', 'crisis', 'backup') }),
      status: choice({ label: 'State', required: true, options: words('draft', 'in_review', 'active', 'retired') }),
      rto: integer({ label: 'RTO (minutes)', min: 0 }),
      rpo: integer({ label: 'RPO (minutes)', min: 0 }),
    },
    key: ['planName'],
    names: ['planName'],
    functions: ['risk'],
    initial: { status: 'draft' },
  }),
];
