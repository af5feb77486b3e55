/**
 * The draft of a test procedure from the requirement's own words: one numbered step for each part that asks for something. The
 * auditor edits it; it only saves the typing.
 */

/** One node below a requirement, as stored: parts of a catalogue's statement, its guidance, its assessment objectives. */
export interface RequirementPart {
  readonly id: string;
  readonly parentId: string | null;
  readonly refId: string;
  readonly title: string | null;
  readonly text: string | null;
}

export interface RequirementText {
  readonly id: string;
  readonly refId: string;
  readonly text: string | null;
}

/** Parts that explain or say how to assess, but ask for nothing themselves. */
const NOT_ASKING = /^(guidance|overview|example|discussion|supplemental|assessment|objective|method|reference)/i;
const MAX_STEPS = 100;
const LEAD = 'Determine by examining records, interviewing people and testing whether:';

/**
 * Steps such as `1. AC-2a. Define and document the types of accounts allowed`. `parts` are all parts below the requirement in
 * reading order. Null where the requirement has no text at all.
 */
export function draftProcedure(requirement: RequirementText, parts: readonly RequirementPart[]): string | null {
  const steps = askingParts(requirement, parts).map((part) => `${part.refId.replace(/\.$/, '')}: ${oneLine(part.text)}`);
  if (steps.length === 0) {
    const text = oneLine(requirement.text);
    if (text === '') return null;
    steps.push(`${requirement.refId}: ${text}`);
  }
  return [LEAD, ...steps.slice(0, MAX_STEPS).map((step, at) => `${at + 1}. ${step}`)].join('\n');
}

/** The leaves that ask for something: those of the statement where there is one, else all that are not explanation. */
function askingParts(requirement: RequirementText, parts: readonly RequirementPart[]): RequirementPart[] {
  const byParent = new Map<string, RequirementPart[]>();
  for (const part of parts) {
    if (part.parentId === null) continue;
    byParent.set(part.parentId, [...(byParent.get(part.parentId) ?? []), part]);
  }
  const children = (id: string) => byParent.get(id) ?? [];
  const top = children(requirement.id);
  const statements = top.filter((part) => /^statement$/i.test(part.title ?? ''));
  const roots = statements.length > 0 ? statements : top.filter((part) => !NOT_ASKING.test(part.title ?? ''));
  const leaves: RequirementPart[] = [];
  // A part under itself cannot come from our import, but from an edit by hand; each is visited once.
  const seen = new Set<string>();
  const visit = (part: RequirementPart) => {
    if (seen.has(part.id)) return;
    seen.add(part.id);
    const inner = children(part.id);
    if (inner.length > 0) for (const child of inner) visit(child);
    else if (oneLine(part.text) !== '') leaves.push(part);
  };
  for (const root of roots) visit(root);
  return leaves;
}

function oneLine(text: string | null): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}
