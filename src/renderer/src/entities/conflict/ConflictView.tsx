/** Two people changed the same fields: before, mine, theirs, field by field, and for long text both together. Nothing is chosen for anybody. */
import { Button, Textarea } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import type { FieldConflict, Operation } from '@shared/operations';
import { useState } from 'react';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Page } from '../../components/Page';
import { formatInstant } from '../../lib/format';
import { useMe } from '../../lib/session';
import { useShortcuts } from '../../lib/use-shortcuts';
import type { OperationBody } from '../form/operation';
import { DOMAIN_LABELS, listPath } from '../paths';
import { WordDiff } from '../values/BeforeAfter';
import { FieldValue } from '../values/FieldValue';
import { useNames, useTitles } from '../values/names';
import type { Names } from '../values/text';
import css from './ConflictView.module.css';
import { type Choice, type Choices, type ConflictResult, resolvedBody, undecided } from './resolve';
import { mergeWords } from './words';

export interface ConflictViewProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly sent: Operation;
  readonly result: ConflictResult;
  readonly title: string;
  readonly busy: boolean;
  readonly onSend: (body: OperationBody) => void;
  /** Theirs was chosen everywhere; nothing is left to write. */
  readonly onTheirs: () => void;
  /** Back to the form, the draft kept; null where there is no way on but the choice. */
  readonly onLater: (() => void) | null;
}

const SIDES = ['base', 'mine', 'theirs'] as const;

export function ConflictView(props: ConflictViewProps) {
  const { name, definition, sent, result, title, busy, onSend, onTheirs, onLater } = props;
  const me = useMe();
  const names = useNames(useConflictTitles(definition, result));
  const [choices, setChoices] = useState<Choices>({});
  const [active, setActive] = useState(result.conflicts[0]?.field ?? '');
  const open = undecided(result, choices);
  const decided = result.conflicts.length - open.length;
  const named = result.changedBy === null ? 'Somebody else' : (names.person(result.changedBy) ?? 'Unknown person');
  const them = me !== null && result.changedBy === me.id ? 'you, in another place' : named;

  const choose = (field: string, choice: Choice) => {
    setChoices((old) => ({ ...old, [field]: choice }));
    const rest = open.filter((each) => each !== field);
    if (choice.take !== 'both' && rest[0] !== undefined) setActive(rest[0]);
  };
  const save = () => {
    if (open.length > 0 || busy) return false;
    const body = resolvedBody(sent, result, choices);
    if (body === null) onTheirs();
    else onSend(body);
    return true;
  };
  const byKey = (take: 'base' | 'mine' | 'theirs') => () => {
    const conflict = result.conflicts.find((each) => each.field === active);
    if (conflict === undefined) return false;
    choose(active, { take });
    return true;
  };
  useShortcuts('This choice', [
    { keys: '1', label: 'Keep what was before', hint: 'before', run: byKey('base') },
    { keys: '2', label: 'Keep mine', hint: 'mine', run: byKey('mine') },
    { keys: '3', label: 'Keep theirs', hint: 'theirs', run: byKey('theirs') },
    { keys: 'Ctrl+Enter', label: 'Save the choices', hint: 'save', enabled: open.length === 0, run: save },
    { keys: 'Escape', label: 'Decide later', enabled: onLater !== null, run: () => onLater?.() },
  ]);
  const next = definition.fields[open[0] ?? '']?.label;
  return (
    <Page
      title={title}
      crumbs={[
        { label: DOMAIN_LABELS[definition.domain] },
        { label: definition.label.many, to: listPath(name) },
        { label: 'Choice to make' },
      ]}
      note={
        <>
          {them === named ? `You and ${them} changed` : 'You changed'} the same {definition.label.one.toLowerCase()}. {decided} of{' '}
          {result.conflicts.length} fields decided{next === undefined ? '.' : '; '}
          {next === undefined ? null : (
            <>
              <strong>{next}</strong> is next.
            </>
          )}
        </>
      }
      actions={
        onLater === null ? undefined : (
          <Button variant="subtle" onClick={onLater}>
            Decide later
          </Button>
        )
      }
    >
      <div className={css.card} data-testid="conflict">
        <div className={css.head}>
          <span />
          <Side
            icon="history"
            tone="neutral"
            title="Before"
            note={sent.baseVersion === null ? '' : `version ${sent.baseVersion}`}
            digit="1"
          />
          <Side icon="laptop" tone="laptop" title="Mine" who={me?.displayName} note="not saved yet" digit="2" />
          <Side icon="cloud-up" tone="underway" title="Theirs" who={them} note={formatInstant(result.changedAt)} digit="3" />
        </div>
        {result.conflicts.map((conflict) => {
          const field = definition.fields[conflict.field];
          return field === undefined ? null : (
            <Decision
              key={conflict.field}
              definition={definition}
              field={field}
              conflict={conflict}
              choice={choices[conflict.field]}
              active={active === conflict.field}
              names={names}
              onActive={() => setActive(conflict.field)}
              onChoose={(choice) => choose(conflict.field, choice)}
            />
          );
        })}
      </div>
      <div className={css.foot}>
        <Icon name="info" />
        <span className={css.footText}>Every version stays in the history.</span>
        <span>
          {decided} of {result.conflicts.length} decided
        </span>
        <Button
          variant="filled"
          disabled={open.length > 0}
          loading={busy}
          onClick={save}
          rightSection={open.length > 0 ? undefined : <KeyCap keys="Ctrl+Enter" on="action" joined />}
        >
          Save the choices
        </Button>
      </div>
    </Page>
  );
}

interface SideProps {
  readonly icon: string;
  readonly tone: 'neutral' | 'laptop' | 'underway';
  readonly title: string;
  readonly who?: string;
  readonly note: string;
  readonly digit: string;
}

function Side({ icon, tone, title, who, note, digit }: SideProps) {
  return (
    <div className={css.sideHead}>
      <span className={css.sign} data-tone={tone}>
        <Icon name={icon} />
      </span>
      <span className={css.sideWords}>
        <span className={css.sideTitle}>
          {title}
          {who === undefined ? null : <span className={css.who}> · {who}</span>}
        </span>
        <span className={css.sideNote}>{note}</span>
      </span>
      <KeyCap keys={digit} />
    </div>
  );
}

interface DecisionProps {
  readonly definition: Entity;
  readonly field: Field;
  readonly conflict: FieldConflict;
  readonly choice: Choice | undefined;
  readonly active: boolean;
  readonly names: Names;
  readonly onActive: () => void;
  readonly onChoose: (choice: Choice) => void;
}

function Decision(props: DecisionProps) {
  const { definition, field, conflict, choice, active, names, onActive, onChoose } = props;
  const isText = field.kind === 'longText';
  const texts = SIDES.map((side) => (typeof conflict[side] === 'string' ? conflict[side] : '')) as [string, string, string];
  return (
    <fieldset className={css.decision} data-active={active || undefined} onFocus={onActive}>
      <legend className="k-visually-hidden">{field.label}</legend>
      <div className={css.what}>
        <span className={css.label}>{field.label}</span>
        <span className={css.why}>
          {field.merge === 'ask' ? 'a rating, always asked' : isText ? 'word by word against Before' : ''}
        </span>
      </div>
      {SIDES.map((side, at) => (
        <label key={side} className={css.option} data-chosen={choice?.take === side || undefined}>
          <input
            type="radio"
            className={css.radio}
            name={conflict.field}
            checked={choice?.take === side}
            onChange={() => onChoose({ take: side })}
          />
          <span className={css.optionText}>
            {isText && side !== 'base' ? (
              <WordDiff before={texts[0]} after={texts[at] ?? ''} />
            ) : (
              <FieldValue
                definition={definition}
                name={conflict.field}
                row={{ [conflict.field]: conflict[side] }}
                names={names}
                look="full"
              />
            )}
          </span>
        </label>
      ))}
      {isText ? <Both label={field.label} name={conflict.field} texts={texts} choice={choice} onChoose={onChoose} /> : null}
    </fieldset>
  );
}

interface BothProps {
  readonly label: string;
  readonly name: string;
  readonly texts: readonly [string, string, string];
  readonly choice: Choice | undefined;
  readonly onChoose: (choice: Choice) => void;
}

function Both({ label, name, texts, choice, onChoose }: BothProps) {
  const [merged] = useState(() => mergeWords(texts[0], texts[1], texts[2]));
  const [text, setText] = useState(merged.text);
  const chosen = choice?.take === 'both';
  const remark =
    merged.collisions === 0
      ? 'the changes touch different words'
      : merged.collisions === 1
        ? 'the changes touch the same words once: please read it'
        : `the changes touch the same words ${merged.collisions} times: please read it`;
  return (
    <div className={css.both} data-chosen={chosen || undefined}>
      <label className={css.bothHead}>
        <input
          type="radio"
          className={css.radio}
          name={name}
          checked={chosen}
          onChange={() => onChoose({ take: 'both', value: text })}
        />
        <strong>Both</strong>
        <span className={css.why}>{remark}</span>
      </label>
      <Textarea
        aria-label={`Both versions of ${label}`}
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          onChoose({ take: 'both', value: event.currentTarget.value });
        }}
      />
    </div>
  );
}

/** Titles of the records that the colliding values point to. */
function useConflictTitles(definition: Entity, result: ConflictResult): Readonly<Record<string, string>> {
  const wanted: Record<string, string[]> = {};
  for (const conflict of result.conflicts) {
    const target = definition.fields[conflict.field]?.target;
    if (target === undefined) continue;
    const ids = SIDES.map((side) => conflict[side]).filter((id) => typeof id === 'string');
    wanted[target] = [...(wanted[target] ?? []), ...ids];
  }
  return useTitles(wanted);
}
