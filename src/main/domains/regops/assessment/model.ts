/**
 * The assessment layer of OSCAL (NIST, version 1.1.2) as far as we write it: assessment plan, assessment results, plan of action and
 * milestones. Required members, identifiers and vocabularies as the standard has them; members that others add pass through. What we
 * write is held against it before it leaves, and what comes back is read by it.
 */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { pathText } from '../oscal/schema';

const uuid = z
  .string()
  .regex(
    /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[45][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/,
    'is no UUID of version 4 or 5',
  );
const token = z.string().regex(/^[\p{L}_][\p{L}\p{N}._-]*$/u, 'is no token');
const filled = z.string().regex(/\S/, 'is empty');
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, 'is no date with time and time zone');
/** OSCAL knows no empty lists. */
const some = <T extends z.ZodType>(item: T) => z.array(item).min(1);

const prop = z.looseObject({
  name: token,
  value: filled,
  ns: z.string().optional(),
  class: token.optional(),
  remarks: z.string().optional(),
});
const link = z.looseObject({ href: filled, rel: token.optional() });
const props = some(prop).optional();
const links = some(link).optional();

const party = z.looseObject({ uuid, type: z.enum(['person', 'organization']), name: filled.optional() });
const responsible = z.looseObject({ 'role-id': token, 'party-uuids': some(uuid).optional() });
const metadata = z.looseObject({
  title: filled,
  'last-modified': instant,
  version: filled,
  'oscal-version': z.string().regex(/^1\.\d+(\.\d+)?$/, 'is no version 1 of OSCAL'),
  roles: some(z.looseObject({ id: token, title: filled })).optional(),
  parties: some(party).optional(),
  'responsible-parties': some(z.looseObject({ 'role-id': token, 'party-uuids': some(uuid) })).optional(),
  props,
});
const backMatter = z
  .looseObject({
    resources: some(z.looseObject({ uuid, title: z.string().optional(), description: z.string().optional() })).optional(),
  })
  .optional();

const selection = z.looseObject({
  'include-controls': some(z.looseObject({ 'control-id': token })).optional(),
  'include-all': z.looseObject({}).optional(),
});
const reviewed = z.looseObject({ 'control-selections': some(selection) });
const subject = z.looseObject({ type: token, 'include-all': z.looseObject({}).optional(), description: z.string().optional() });
const step = z.looseObject({ uuid, title: z.string().optional(), description: filled });
const activity = z.looseObject({
  uuid,
  title: z.string().optional(),
  description: filled,
  props,
  steps: some(step).optional(),
  'related-controls': reviewed.optional(),
  'responsible-roles': some(responsible).optional(),
});
const timing = z.looseObject({
  'on-date': z.looseObject({ date: instant }).optional(),
  'within-date-range': z.looseObject({ start: instant, end: instant }).optional(),
});
const task = z.looseObject({
  uuid,
  type: z.enum(['milestone', 'action']),
  title: filled,
  description: z.string().optional(),
  props,
  timing: timing.optional(),
  'associated-activities': some(z.looseObject({ 'activity-uuid': uuid, subjects: some(subject) })).optional(),
  'responsible-roles': some(responsible).optional(),
});
const localDefinitions = z.looseObject({ activities: some(activity).optional() }).optional();

const observation = z.looseObject({
  uuid,
  title: z.string().optional(),
  description: filled,
  props,
  links,
  methods: some(z.string()),
  types: some(token).optional(),
  collected: instant,
  expires: instant.optional(),
  'relevant-evidence': some(z.looseObject({ href: z.string().optional(), description: filled, props })).optional(),
  remarks: z.string().optional(),
});
const origin = z.looseObject({
  actors: some(z.looseObject({ type: z.enum(['tool', 'assessment-platform', 'party']), 'actor-uuid': uuid })),
});
const risk = z.looseObject({
  uuid,
  title: filled,
  description: filled,
  statement: filled,
  status: token,
  props,
  characterizations: some(
    z.looseObject({ origin, facets: some(z.looseObject({ name: token, system: z.string(), value: filled })) }),
  ).optional(),
  deadline: instant.optional(),
  remediations: some(
    z.looseObject({
      uuid,
      lifecycle: z.enum(['recommendation', 'planned', 'completed']),
      title: filled,
      description: filled,
      tasks: some(task).optional(),
    }),
  ).optional(),
  'related-observations': some(z.looseObject({ 'observation-uuid': uuid })).optional(),
});
const finding = z.looseObject({
  uuid,
  title: filled,
  description: filled,
  props,
  target: z.looseObject({
    type: z.enum(['statement-id', 'objective-id']),
    'target-id': token,
    status: z.looseObject({ state: z.enum(['satisfied', 'not-satisfied']), reason: z.string().optional() }),
  }),
  'related-observations': some(z.looseObject({ 'observation-uuid': uuid })).optional(),
  'related-risks': some(z.looseObject({ 'risk-uuid': uuid })).optional(),
  remarks: z.string().optional(),
});
const result = z.looseObject({
  uuid,
  title: filled,
  description: filled,
  start: instant,
  end: instant.optional(),
  props,
  'reviewed-controls': reviewed,
  observations: some(observation).optional(),
  risks: some(risk).optional(),
  findings: some(finding).optional(),
  remarks: z.string().optional(),
});

const planSchema = z.looseObject({
  'assessment-plan': z.looseObject({
    uuid,
    metadata,
    'import-ssp': z.looseObject({ href: filled }),
    'local-definitions': localDefinitions,
    'reviewed-controls': reviewed,
    'assessment-subjects': some(subject).optional(),
    tasks: some(task).optional(),
    'back-matter': backMatter,
  }),
});
const resultsSchema = z.looseObject({
  'assessment-results': z.looseObject({
    uuid,
    metadata,
    'import-ap': z.looseObject({ href: filled }),
    'local-definitions': localDefinitions,
    results: some(result),
    'back-matter': backMatter,
  }),
});
const poamSchema = z.looseObject({
  'plan-of-action-and-milestones': z.looseObject({
    uuid,
    metadata,
    'import-ssp': z.looseObject({ href: filled }).optional(),
    'system-id': z.looseObject({ id: filled }).optional(),
    observations: some(observation).optional(),
    risks: some(risk).optional(),
    findings: some(finding).optional(),
    'poam-items': some(
      z.looseObject({
        uuid: uuid.optional(),
        title: filled,
        description: filled,
        props,
        'related-observations': some(z.looseObject({ 'observation-uuid': uuid })).optional(),
        'related-risks': some(z.looseObject({ 'risk-uuid': uuid })).optional(),
      }),
    ),
    'back-matter': backMatter,
  }),
});

export const ASSESSMENT_SCHEMAS = {
  'assessment-plan': planSchema,
  'assessment-results': resultsSchema,
  'plan-of-action-and-milestones': poamSchema,
} as const;
export type AssessmentModel = keyof typeof ASSESSMENT_SCHEMAS;
export type OscalTask = z.infer<typeof task>;
export type OscalObservation = z.infer<typeof observation>;
export type OscalRisk = z.infer<typeof risk>;
export type OscalFinding = z.infer<typeof finding>;

/** The model of a document by its root, or null. */
export function modelOf(document: unknown): AssessmentModel | null {
  if (typeof document !== 'object' || document === null) return null;
  return (Object.keys(ASSESSMENT_SCHEMAS) as AssessmentModel[]).find((root) => Object.hasOwn(document, root)) ?? null;
}

/** The document, judged. Throws CATALOG_FOREIGN for another kind, CATALOG_INVALID with the place. */
export function readAssessmentDocument(document: unknown, fileName: string): AssessmentModel {
  const model = modelOf(document);
  if (model === null) throw new CodedError('CATALOG_FOREIGN', { fileName, found: 'no document of OSCAL’s assessment layer' });
  const parsed = ASSESSMENT_SCHEMAS[model].safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError('CATALOG_INVALID', {
      fileName,
      path: pathText(issue?.path ?? []),
      reason: issue?.message ?? 'is broken',
    });
  }
  return model;
}
