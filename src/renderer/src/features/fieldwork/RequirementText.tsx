/** The requirement beside the test: its statement with its items in reading order, guidance on demand. */
import { Button } from '@mantine/core';
import type { WorkpaperRequirement } from '@shared/wire/audits';
import { useState } from 'react';
import { Link } from 'react-router';
import css from './RequirementText.module.css';

type Part = WorkpaperRequirement['parts'][number];

/**
 * The statement of a requirement with all its items, in reading order. Objectives, methods and guidance are left out: they help
 * to assess it and are shown on demand.
 */
export function statementOf(requirementId: string, parts: readonly Part[]): readonly Part[] {
  const inside = new Set<string>();
  // a part comes after the one it belongs to, so one walk is enough
  for (const part of parts) {
    const isTop = part.parentId === requirementId && /^statement$/i.test(part.title ?? '');
    if (isTop || (part.parentId !== null && inside.has(part.parentId))) inside.add(part.id);
  }
  return parts.filter((part) => inside.has(part.id));
}

export function RequirementText({ entry, source }: { readonly entry: WorkpaperRequirement; readonly source: string | null }) {
  const [all, setAll] = useState(false);
  const { requirement, parts } = entry;
  const statement = statementOf(requirement.id, parts);
  const rest = parts.filter((part) => !statement.includes(part));
  const shown = all ? [...statement, ...rest] : statement;
  return (
    <article className={css.requirement} aria-label={`Requirement ${requirement.refId}`}>
      <h3 className={css.head}>
        Requirement <Link to={`/r/requirements/${requirement.id}`}>{requirement.refId}</Link>
        {source ? <span className={css.source}>{source}</span> : null}
      </h3>
      {statement.length === 0 && requirement.text ? <p className={css.text}>{requirement.text}</p> : null}
      {shown.length > 0 ? (
        <ul className={css.parts}>
          {shown.map((part) =>
            part.text ? (
              <li key={part.id} style={{ paddingLeft: Math.max(0, part.depth - requirement.depth - 2) * 14 }}>
                {/^statement$/i.test(part.title ?? '') ? null : (
                  <span className={css.ref}>{shortRef(part.refId, requirement.refId)}</span>
                )}
                <span>{part.text}</span>
              </li>
            ) : null,
          )}
        </ul>
      ) : null}
      {all && requirement.guidance ? (
        <>
          <h4 className={css.sub}>Guidance</h4>
          <p className={css.text}>{requirement.guidance}</p>
        </>
      ) : null}
      {rest.length > 0 || requirement.guidance ? (
        <Button variant="transparent" size="compact-xs" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Statement only' : rest.length > 0 ? `All ${parts.length} parts and guidance` : 'Guidance'}
        </Button>
      ) : null}
    </article>
  );
}

/** What a part adds to its requirement's reference: `AC-2a.1` beside `AC-2` is `a.1`. */
export function shortRef(part: string, requirement: string): string {
  return part.startsWith(requirement) ? part.slice(requirement.length).replace(/^[\s.:_-]+/u, '') : part;
}
