/** The sheet a control test is worked on: requirement and procedure above, the two axes, notes, and what it led to. */
import { Textarea } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { SegmentedResult } from '@renderer/components/SegmentedResult';
import { EFFECTIVENESS, TEST_RESULT, TEST_STATUS } from '@shared/entities/auditops/options';
import type { Workpaper } from '@shared/wire/audits';
import type { ReactNode } from 'react';
import { type SaveMark, SaveState } from '../drafts/SaveState';
import { RequirementText } from './RequirementText';
import css from './TestSheet.module.css';
import type { TestDraft } from './useTestDraft';

interface AxisProps {
  readonly label: string;
  readonly rating: string | null;
  readonly notes: string | null;
  readonly disabled: boolean;
  readonly onRate: (value: string) => void;
  readonly onNotes: (value: string) => void;
  readonly onLeave: () => void;
}

function Axis({ label, rating, notes, disabled, onRate, onNotes, onLeave }: AxisProps) {
  const option = EFFECTIVENESS.find((candidate) => candidate.value === rating);
  return (
    <section className={css.axis} aria-label={label}>
      <h3 data-tone={option?.tone}>
        <Icon name={option?.shape ?? 'circle-dashed'} size={15} />
        {label}
      </h3>
      <SegmentedResult label={label} options={EFFECTIVENESS} value={rating} onChange={onRate} disabled={disabled} />
      <Textarea
        aria-label={`${label}: notes`}
        placeholder={disabled ? '' : 'What you looked at, and what it showed'}
        autosize
        minRows={2}
        maxRows={10}
        readOnly={disabled}
        value={notes ?? ''}
        onChange={(event) => onNotes(event.currentTarget.value)}
        onBlur={onLeave}
      />
    </section>
  );
}

/** A test is named after its control, reference first; beside the reference the name alone is enough. */
export function titleBeside(title: string, ref: string): string {
  return ref !== '' && title.startsWith(`${ref} `) ? title.slice(ref.length + 1) : title;
}

export interface TestSheetProps {
  readonly paper: Workpaper;
  readonly draft: TestDraft;
  readonly save: SaveMark;
  /** Why the sheet can only be read, as a sentence; null where it can be written. */
  readonly readOnlyReason: string | null;
  readonly children?: ReactNode;
}

export function TestSheet({ paper, draft, save, readOnlyReason, children }: TestSheetProps) {
  const { row } = paper.test;
  const { values, change, flush } = draft;
  const ref = paper.control?.ref ?? row.ref ?? '';
  const disabled = readOnlyReason !== null;
  return (
    <div className={css.sheet}>
      <header className={css.head}>
        <h1>
          <span className={css.ref}>{ref}</span> {titleBeside(row.title, ref)}
        </h1>
        <div className={css.pills}>
          <OptionPill options={TEST_RESULT} value={row.testResult} />
          <OptionPill options={TEST_STATUS} value={row.status} />
          <SaveState mark={save} />
        </div>
      </header>
      {readOnlyReason ? (
        <p className={css.readOnly}>
          <Icon name="lock" size={14} /> {readOnlyReason}
        </p>
      ) : null}
      <div className={css.criteria}>
        <div className={css.requirements}>
          {paper.requirements.length === 0 ? (
            <p className={css.none}>No requirement is mapped to this control.</p>
          ) : (
            paper.requirements.map((entry) => (
              <RequirementText
                key={entry.requirement.id}
                entry={entry}
                source={paper.test.labels[entry.requirement.regulationId] ?? null}
              />
            ))
          )}
        </div>
        <div>
          <h3 className={css.label} id="procedure-label">
            Procedure
          </h3>
          <Textarea
            aria-labelledby="procedure-label"
            autosize
            minRows={3}
            maxRows={12}
            readOnly={disabled}
            placeholder={disabled ? '' : 'The steps of this test, one a line'}
            value={values.procedure ?? ''}
            onChange={(event) => change({ procedure: event.currentTarget.value })}
            onBlur={flush}
          />
        </div>
      </div>
      <div className={css.axes}>
        <Axis
          label="Design effectiveness"
          rating={values.designEffectiveness}
          notes={values.designNotes}
          disabled={disabled}
          onRate={(value) => change({ designEffectiveness: value }, 'now')}
          onNotes={(value) => change({ designNotes: value })}
          onLeave={flush}
        />
        <Axis
          label="Operating effectiveness"
          rating={values.operatingEffectiveness}
          notes={values.operatingNotes}
          disabled={disabled}
          onRate={(value) => change({ operatingEffectiveness: value }, 'now')}
          onNotes={(value) => change({ operatingNotes: value })}
          onLeave={flush}
        />
      </div>
      <Card title="Notes">
        <Textarea
          aria-label="Test notes"
          autosize
          minRows={2}
          maxRows={14}
          readOnly={disabled}
          placeholder={disabled ? '' : 'Anything that belongs to this test as a whole'}
          value={values.testNotes ?? ''}
          onChange={(event) => change({ testNotes: event.currentTarget.value })}
          onBlur={flush}
        />
      </Card>
      {children}
    </div>
  );
}
