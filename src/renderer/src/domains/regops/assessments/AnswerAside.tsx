/** What stands beside an answer at the right: its controls and evidence, what could be added, and what was said before. */

import { ActionIcon } from '@mantine/core';
import { DateText } from '@renderer/components/DateText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { ReferencePicker } from '@renderer/entities/form/pickers';
import { useCircle } from '@renderer/entities/together/circle';
import { DiscussionTab } from '@renderer/entities/together/DiscussionTab';
import { EVIDENCE_STATUS, TEST_RESULT } from '@shared/entities/auditops/options';
import { optionLabel } from '@shared/entities/option-label';
import { ANSWER_RESULT, MAPPING_RELATION } from '@shared/entities/regops/options';
import type { AnswerSheet, PreviousAnswer } from '@shared/wire/assessments';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import css from './AnswerAside.module.css';
import { useLink } from './useLink';

export function AnswerAside({ sheet, mayChange }: { readonly sheet: AnswerSheet; readonly mayChange: boolean }) {
  return (
    <aside className={css.pane} aria-label="Beside the answer" data-pane="Beside the answer" tabIndex={-1}>
      <Controls sheet={sheet} mayChange={mayChange} />
      <Evidence sheet={sheet} mayChange={mayChange} />
      <Part title="Earlier answers" count={sheet.previous.length}>
        {sheet.previous.length === 0 ? <p className={css.none}>No other assessment answered this requirement.</p> : null}
        <ul className={css.list}>
          {sheet.previous.map((answer) => (
            <Previous key={answer.id} answer={answer} />
          ))}
        </ul>
      </Part>
      <Discussion answerId={sheet.answer.row.id} archived={sheet.answer.archived} />
    </aside>
  );
}

/** What people say about this answer. It may be talked about when it is locked, too: that is what a review is made of. */
function Discussion({ answerId, archived }: { readonly answerId: string; readonly archived: boolean }) {
  const circle = useCircle('requirementAssessments', answerId);
  return (
    <Part title="Discussion" count={circle.data?.comments.filter((each) => !each.takenBack).length ?? 0}>
      <div className={css.discussion}>
        <DiscussionTab name="requirementAssessments" id={answerId} archived={archived} narrow />
      </div>
    </Part>
  );
}

function Part({ title, count, children }: { readonly title: string; readonly count: number; readonly children: ReactNode }) {
  return (
    <section className={css.part} aria-label={title}>
      <h2>
        {title} <span>{count === 0 ? '' : count}</span>
      </h2>
      {children}
    </section>
  );
}

function Controls({ sheet, mayChange }: { readonly sheet: AnswerSheet; readonly mayChange: boolean }) {
  const link = useLink('assessmentControls', sheet.answer.row.id);
  const [adding, setAdding] = useState(false);
  return (
    <Part title="Controls" count={sheet.controls.length}>
      <ul className={css.list}>
        {sheet.controls.map(({ linkId, linkVersion, control }) => (
          <Item
            key={linkId}
            href={`/r/controls/${control.id}`}
            refText={control.ref}
            title={control.name}
            below={<OptionPill options={TEST_RESULT} value={control.lastResult ?? 'not_tested'} bare />}
            action={
              mayChange
                ? {
                    icon: 'x',
                    label: `Take ${control.ref ?? control.name} away`,
                    run: () => void link.remove(linkId, linkVersion),
                  }
                : null
            }
            busy={link.busy}
          />
        ))}
      </ul>
      {sheet.controls.length === 0 ? <p className={css.none}>No control is linked yet.</p> : null}
      {sheet.suggested.length > 0 ? <h3 className={css.sub}>Mapped to this requirement</h3> : null}
      <ul className={css.list}>
        {sheet.suggested.map(({ control, relation, strength, rationale }) => (
          <Item
            key={control.id}
            href={`/r/controls/${control.id}`}
            refText={control.ref}
            title={control.name}
            below={
              <>
                <span title={rationale ?? undefined}>
                  {optionLabel(MAPPING_RELATION, relation)}, {strength} of 10
                </span>
                <OptionPill options={TEST_RESULT} value={control.lastResult ?? 'not_tested'} bare />
              </>
            }
            action={
              mayChange
                ? { icon: 'plus', label: `Link ${control.ref ?? control.name}`, run: () => void link.add(control.id) }
                : null
            }
            busy={link.busy}
            faint
          />
        ))}
      </ul>
      {mayChange ? (
        <Adder label="Link a control" target="controls" opened={adding} onOpen={setAdding} onChoose={(id) => void link.add(id)} />
      ) : null}
    </Part>
  );
}

function Evidence({ sheet, mayChange }: { readonly sheet: AnswerSheet; readonly mayChange: boolean }) {
  const link = useLink('assessmentEvidence', sheet.answer.row.id);
  const [adding, setAdding] = useState(false);
  return (
    <Part title="Evidence" count={sheet.evidence.length}>
      <ul className={css.list}>
        {sheet.evidence.map(({ linkId, linkVersion, evidence }) => (
          <Item
            key={linkId}
            href={`/r/auditEvidence/${evidence.id}`}
            refText={evidence.ref}
            title={evidence.title}
            below={<OptionPill options={EVIDENCE_STATUS} value={evidence.status} bare />}
            action={
              mayChange
                ? {
                    icon: 'x',
                    label: `Take ${evidence.ref ?? evidence.title} away`,
                    run: () => void link.remove(linkId, linkVersion),
                  }
                : null
            }
            busy={link.busy}
          />
        ))}
      </ul>
      {sheet.evidence.length === 0 ? <p className={css.none}>No evidence is linked yet.</p> : null}
      {sheet.suggestedEvidence.length > 0 ? <h3 className={css.sub}>From tests of these controls</h3> : null}
      <ul className={css.list}>
        {sheet.suggestedEvidence.map((evidence) => (
          <Item
            key={evidence.id}
            href={`/r/auditEvidence/${evidence.id}`}
            refText={evidence.ref}
            title={evidence.title}
            below={<OptionPill options={EVIDENCE_STATUS} value={evidence.status} bare />}
            action={
              mayChange
                ? { icon: 'plus', label: `Link ${evidence.ref ?? evidence.title}`, run: () => void link.add(evidence.id) }
                : null
            }
            busy={link.busy}
            faint
          />
        ))}
      </ul>
      {mayChange ? (
        <Adder
          label="Link evidence"
          target="auditEvidence"
          opened={adding}
          onOpen={setAdding}
          onChoose={(id) => void link.add(id)}
        />
      ) : null}
    </Part>
  );
}

interface ItemProps {
  readonly href: string;
  readonly refText: string | null;
  readonly title: string;
  readonly below: ReactNode;
  readonly action: { readonly icon: string; readonly label: string; readonly run: () => void } | null;
  readonly busy: boolean;
  readonly faint?: boolean;
}

function Item({ href, refText, title, below, action, busy, faint = false }: ItemProps) {
  return (
    <li className={css.item} data-faint={faint || undefined}>
      <span className={css.words}>
        <Link to={href} title={title}>
          {refText ? <span className={css.ref}>{refText}</span> : null}
          {title}
        </Link>
        <span className={css.below}>{below}</span>
      </span>
      {action === null ? null : (
        <ActionIcon variant="subtle" size={24} aria-label={action.label} disabled={busy} onClick={action.run}>
          <Icon name={action.icon} size={15} />
        </ActionIcon>
      )}
    </li>
  );
}

interface AdderProps {
  readonly label: string;
  readonly target: 'controls' | 'auditEvidence';
  readonly opened: boolean;
  readonly onOpen: (opened: boolean) => void;
  readonly onChoose: (id: string) => void;
}

function Adder({ label, target, opened, onOpen, onChoose }: AdderProps) {
  if (!opened) {
    return (
      <button type="button" className={css.adder} onClick={() => onOpen(true)}>
        <Icon name="link" size={14} /> {label}
      </button>
    );
  }
  return (
    <div className={css.picker}>
      <ReferencePicker
        label={label}
        withAsterisk={false}
        required={false}
        target={target}
        value=""
        onChange={(id) => {
          if (typeof id !== 'string' || id === '') return;
          onChoose(id);
          onOpen(false);
        }}
      />
    </div>
  );
}

function Previous({ answer }: { readonly answer: PreviousAnswer }) {
  return (
    <li className={css.previous}>
      <Link to={`/assessments/${answer.assessmentId}/${answer.id}`}>
        <span className={css.ref}>{answer.assessmentRef}</span>
        {answer.assessmentName}
      </Link>
      <span className={css.below}>
        <DateText date={answer.assessmentDate} />
        <OptionPill options={ANSWER_RESULT} value={answer.result} bare />
        {answer.score === null ? null : <span>score {answer.score}</span>}
      </span>
      {answer.observation ? <p className={css.quote}>{answer.observation}</p> : null}
    </li>
  );
}
