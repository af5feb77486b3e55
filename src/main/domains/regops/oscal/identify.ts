/** Says what a JSON document is when it is no OSCAL catalogue, so that a refusal names the file for what it is. */

/** The other OSCAL models, by their root name. */
const OSCAL_MODELS: Readonly<Record<string, string>> = {
  profile: 'an OSCAL profile; resolve it to a catalogue first',
  'mapping-collection': 'an OSCAL control mapping',
  'component-definition': 'an OSCAL component definition',
  'system-security-plan': 'an OSCAL system security plan',
  'assessment-plan': 'an OSCAL assessment plan',
  'assessment-results': 'OSCAL assessment results',
  'plan-of-action-and-milestones': 'an OSCAL plan of action and milestones',
};

interface Sign {
  readonly what: string;
  readonly fits: (document: Readonly<Record<string, unknown>>) => boolean;
}

/** Other formats that people have at hand, the most telling sign first. */
const SIGNS: readonly Sign[] = [
  { what: 'a CycloneDX document', fits: (d) => d.bomFormat === 'CycloneDX' },
  { what: 'an SPDX document', fits: (d) => typeof d.spdxVersion === 'string' },
  { what: 'a SARIF report', fits: (d) => Array.isArray(d.runs) && typeof d.version === 'string' },
  { what: 'a JSON schema', fits: (d) => typeof d.$schema === 'string' && /json-schema/.test(d.$schema) },
  { what: 'a law in GDPR-like JSON (chapters and articles)', fits: (d) => Array.isArray(d.chapters) },
  { what: 'a vulnerability catalogue (KEV)', fits: (d) => Array.isArray(d.vulnerabilities) },
  { what: 'an npm package description', fits: (d) => typeof d.name === 'string' && ('dependencies' in d || 'scripts' in d) },
  {
    what: 'the inside of an OSCAL catalogue without its "catalog" root',
    fits: (d) => 'metadata' in d && ('groups' in d || 'controls' in d),
  },
];

/** Null for a document with a `catalog` root; else what it seems to be, as it stands after "It is". */
export function foreignKind(document: unknown): string | null {
  if (Array.isArray(document)) return `a JSON list of ${document.length}`;
  if (typeof document !== 'object' || document === null) return 'a single JSON value';
  const fields = document as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, 'catalog')) return null;
  for (const [root, what] of Object.entries(OSCAL_MODELS)) if (Object.hasOwn(fields, root)) return what;
  for (const sign of SIGNS) if (sign.fits(fields)) return sign.what;
  const names = Object.keys(fields).slice(0, 4);
  return names.length === 0
    ? 'an empty JSON object'
    : `a JSON object with ${names.map((name) => `"${name.slice(0, 40)}"`).join(', ')}`;
}
