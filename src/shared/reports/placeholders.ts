/**
 * What a Word template for audit reports may hold: `{tenant}`, `{plan.title}`, `{#findings}…{/findings}`. Upload is checked against this
 * tree, reports are filled from it, and docs/report-templates.md lists it (a test compares).
 */
export interface Placeholders {
  /** Written as `{name}`, or `{group.name}`. */
  readonly [name: string]: string | Placeholders | PlaceholderLoop;
}
/** Written as `{#name}…{/name}`: once for each. */
export interface PlaceholderLoop {
  readonly loop: Placeholders;
}

const actions = {
  loop: { ref: 'A-001', title: 'what is to be done', owner: 'who does it', due: '10 Nov 2026', status: 'its state' },
} as const;

export const PLACEHOLDERS = {
  tenant: 'name of the tenant',
  report: {
    ref: 'AR-001',
    title: 'title of the report',
    version: '1, 2, …',
    kind: 'final, interim, …',
    period: '1 Jan 2026 to 31 Mar 2026',
    rating: 'overall rating',
    state: 'draft, in review or issued',
    distribution: 'one recipient a line',
    replaces: 'the report in whose place it stands',
  },
  plan: {
    ref: 'AUD-001',
    title: 'name of the audit',
    lead: 'lead auditor',
    scope: 'what the audit covers',
    objective: 'what it is for',
  },
  executiveSummary: 'text of that section',
  opinion: 'text of that section',
  scopeObjectives: 'text of that section',
  methodology: 'text of that section',
  positiveObservations: 'text of that section',
  blocks: { loop: { title: 'title of a text block', text: 'its text' } },
  findings: {
    loop: {
      ref: 'F-001',
      title: 'the finding',
      kind: 'major, minor, observation or opportunity',
      severity: 'low, medium, high or critical',
      status: 'its state',
      owner: 'who answers for it',
      due: '10 Nov 2026',
      extensions: 'extended twice; empty where it never was',
      repeats: 'the earlier finding that came back',
      criteria: 'what should be',
      condition: 'what is',
      cause: 'why it is so',
      effect: 'what it may lead to',
      recommendation: 'what is recommended',
      response: 'what management said, by whom and when',
      actions,
      retests: { loop: { ref: 'CT-001', date: '10 Nov 2026', result: 'effective, …' } },
    },
  },
  tests: {
    loop: {
      control: 'AC-1',
      title: 'the test',
      design: 'design effectiveness',
      operating: 'operating effectiveness',
      result: 'result',
      testedBy: 'who tested',
      date: '10 Nov 2026',
    },
  },
  samples: {
    loop: {
      ref: 'SA-001',
      test: 'of which test',
      method: 'how it was drawn',
      size: 'items drawn',
      rows: 'items in the population',
      exceptions: 'items with an exception',
      seed: 'seed of the draw',
      sha256: 'hash of the population’s file',
    },
  },
  evidence: {
    loop: { ref: 'EV-001', title: 'the evidence', status: 'its state', fileName: 'name of the file', sha256: 'hash of the file' },
  },
  signOffs: {
    loop: {
      what: 'what was signed',
      kind: 'prepared, reviewed or approved',
      by: 'who signed',
      date: '10 Nov 2026',
      sha256: 'hash of what was signed',
    },
  },
} as const satisfies Placeholders;

/** Values for a tree: text for a placeholder, a list for a loop. */
export type PlaceholderValues<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends { readonly loop: infer L }
      ? readonly PlaceholderValues<L>[]
      : PlaceholderValues<T[K]>;
};
export type TemplateData = PlaceholderValues<typeof PLACEHOLDERS>;

export const isLoop = (node: Placeholders[string]): node is PlaceholderLoop =>
  typeof node !== 'string' && 'loop' in node && typeof node.loop === 'object';

/** As they are written in a template, with what stands there: `['{plan.ref}', 'AUD-001']`, loops with their parts behind them. */
export function placeholderLines(tree: Placeholders = PLACEHOLDERS, before = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([name, node]): (readonly [string, string])[] => {
    if (typeof node === 'string') return [[`{${before}${name}}`, node]];
    if (!isLoop(node)) return [...placeholderLines(node, `${before}${name}.`)];
    return [[`{#${name}} … {/${name}}`, 'once for each'], ...placeholderLines(node.loop)];
  });
}
