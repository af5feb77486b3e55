/** The answer in the middle: the requirement above, then each axis on its own. A suggestion is shown with its reason; taking it is a choice. */
import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { KeyCap } from '@renderer/components/KeyCap';
import { OptionPill, Pill } from '@renderer/components/Pill';
import { SegmentedResult } from '@renderer/components/SegmentedResult';
import { PersonPicker } from '@renderer/entities/form/pickers';
import { SaveState } from '@renderer/features/drafts/SaveState';
import { RequirementText } from '@renderer/features/fieldwork/RequirementText';
import { formatDate } from '@renderer/lib/format';
import { ANSWER_RESULT, ANSWER_STATUS, EXTENDED_RESULT } from '@shared/entities/regops/options';
import type { AnswerSheet } from '@shared/wire/assessments';
import css from './AnswerForm.module.css';
import { DayField } from './DayField';
import type { AnswerDraft } from './useAnswerDraft';

/** In the order of the keys 1 to 4. */
export const RESULT_KEYS = ['compliant', 'partially_compliant', 'non_compliant', 'not_applicable'] as const;

const RESULTS = RESULT_KEYS.flatMap((value) => {
  const option = ANSWER_RESULT.find((one) => one.value === value);
  return option ? [option] : [];
});

const SCORES = [0, 1, 2, 3, 4, 5].map((value) => ({ value: String(value), label: String(value) }));

export interface AnswerFormProps {
  readonly sheet: AnswerSheet;
  readonly draft: AnswerDraft;
  readonly readOnlyReason: string | null;
  readonly source: string | null;
}

export function AnswerForm({ sheet, draft, readOnlyReason, source }: AnswerFormProps) {
  const { row } = sheet.answer;
  const { values, change } = draft;
  const disabled = readOnlyReason !== null;
  const leave = () => void draft.flush();
  const asJustification = values.result === 'not_applicable' && (values.justification ?? '').trim() === '';
  return (
    <div className={css.sheet}>
      <header className={css.head}>
        <h1>
          <span className={css.ref}>{row.ref}</span>
          {row.title}
        </h1>
        <div className={css.pills}>
          <OptionPill options={ANSWER_STATUS} value={row.status} />
          {row.carriedOver ? <Pill word="To be confirmed" tone="attention" shape="history" /> : null}
          <SaveState mark={draft.state} />
        </div>
      </header>
      {readOnlyReason === null ? null : (
        <p className={css.readOnly}>
          <Icon name="lock" size={14} /> {readOnlyReason}
        </p>
      )}
      <div className={css.requirement}>
        <RequirementText entry={{ requirement: sheet.requirement, relation: null, parts: sheet.parts }} source={source} />
      </div>
      <Suggestion sheet={sheet} draft={draft} disabled={disabled} />
      <section className={css.axes} aria-label="Answer">
        <div className={css.result}>
          <h2>
            Result <span className={css.hint}>keys 1 to 4</span>
          </h2>
          <SegmentedResult
            label="Result"
            options={RESULTS}
            value={values.result}
            disabled={disabled}
            onChange={(value) => change({ result: value }, 'now')}
          />
        </div>
        <Select
          label="Finding"
          placeholder="none"
          data={EXTENDED_RESULT.map(({ value, label }) => ({ value, label }))}
          value={values.extendedResult}
          disabled={disabled}
          clearable
          onChange={(value) => change({ extendedResult: value }, 'now')}
        />
        <Score label="Score" value={values.score} disabled={disabled} onChange={(score) => change({ score }, 'now')} />
        <Score
          label="Target"
          value={values.targetScore}
          disabled={disabled}
          onChange={(targetScore) => change({ targetScore }, 'now')}
        />
      </section>
      <Textarea
        label="Observation"
        description="What was seen, and where"
        autosize
        minRows={3}
        maxRows={14}
        readOnly={disabled}
        value={values.observation ?? ''}
        onChange={(event) => change({ observation: event.currentTarget.value })}
        onBlur={leave}
      />
      <Textarea
        label="Justification"
        description={values.result === 'not_applicable' ? 'Why it does not apply' : 'Why it applies'}
        error={
          asJustification && !disabled ? 'Say why it does not apply; it stands in the statement of applicability.' : undefined
        }
        autosize
        minRows={2}
        maxRows={10}
        readOnly={disabled}
        value={values.justification ?? ''}
        onChange={(event) => change({ justification: event.currentTarget.value })}
        onBlur={leave}
      />
      <div className={css.who}>
        <fieldset className={css.plain} disabled={disabled}>
          <PersonPicker
            label="Assigned to"
            withAsterisk={false}
            required={false}
            value={values.assigneeId ?? ''}
            onChange={(value) => change({ assigneeId: typeof value === 'string' && value !== '' ? value : null }, 'now')}
          />
        </fieldset>
        {disabled ? (
          <TextInput label="Due" readOnly value={values.dueDate === null ? '' : formatDate(values.dueDate)} />
        ) : (
          <DayField
            label="Due"
            value={values.dueDate ?? ''}
            onChange={(day) => change({ dueDate: day === '' ? null : day }, 'now')}
          />
        )}
      </div>
    </div>
  );
}

function Score({
  label,
  value,
  disabled,
  onChange,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly disabled: boolean;
  readonly onChange: (value: number | null) => void;
}) {
  return (
    <div>
      <h2>
        {label} <span className={css.hint}>0 to 5</span>
      </h2>
      <SegmentedResult
        label={`${label}, 0 to 5`}
        options={SCORES}
        value={value === null ? null : String(value)}
        disabled={disabled}
        onChange={(chosen) => onChange(Number(chosen))}
      />
    </div>
  );
}

/** What the tests of the controls say; nothing is written before the person takes it. */
function Suggestion({
  sheet,
  draft,
  disabled,
}: {
  readonly sheet: AnswerSheet;
  readonly draft: AnswerDraft;
  readonly disabled: boolean;
}) {
  const { suggestion } = sheet;
  if (suggestion === null || suggestion.result === draft.values.result) return null;
  return (
    <p className={css.suggestion}>
      <Icon name="bulb" size={15} />
      <span>
        The tests suggest <OptionPill options={ANSWER_RESULT} value={suggestion.result} bare />: {suggestion.reason}
      </span>
      {disabled ? null : (
        <Button
          size="compact-sm"
          variant="default"
          rightSection={<KeyCap keys="T" />}
          onClick={() => draft.change({ result: suggestion.result }, 'now')}
        >
          Take it
        </Button>
      )}
    </p>
  );
}
