/** The requirements of an assessment at the left: progress, filters, a find box, and the answers by family, however many there are. */
import { TextInput } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { ProgressBar } from '@renderer/components/ProgressBar';
import { ANSWER_RESULT } from '@shared/entities/regops/options';
import type { AnswerFamily, AnswerLine, AssessmentWork } from '@shared/wire/assessments';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { Link } from 'react-router';
import css from './AnswerTree.module.css';
import { DayField } from './DayField';
import { assessed, barParts, RESULT_PARTS } from './figures';
import { type AnswerFilter, type AnswerQuery, listRows } from './filter';

const FILTERS: readonly { readonly key: AnswerFilter; readonly label: string }[] = [
  { key: 'all', label: 'All' },
  { key: 'mine', label: 'Mine' },
  { key: 'open', label: 'Not assessed' },
  { key: 'gaps', label: 'Gaps' },
  { key: 'confirm', label: 'To confirm' },
  { key: 'changed', label: 'Changed since' },
];

const ROW = 30;

export interface AnswerTreeProps {
  readonly work: AssessmentWork;
  readonly families: readonly AnswerFamily[];
  readonly query: AnswerQuery;
  readonly onQuery: (query: AnswerQuery) => void;
  readonly answerId: string | null;
  readonly selected: ReadonlySet<string>;
  /** Null where nothing may be selected: the answers stand. */
  readonly onSelect: ((ids: readonly string[], on: boolean) => void) | null;
  readonly closed: ReadonlySet<string>;
  readonly onToggle: (family: string) => void;
}

export function resultOption(value: string) {
  return ANSWER_RESULT.find((option) => option.value === value) ?? ANSWER_RESULT[0];
}

export function AnswerTree(props: AnswerTreeProps) {
  const { work, families, query, onQuery, answerId, closed } = props;
  const { figures } = work;
  return (
    <nav className={css.pane} aria-label="Requirements" data-pane="Requirements" tabIndex={-1}>
      <div className={css.head}>
        <div className={css.headline}>
          <h2>Requirements</h2>
          <span>
            <strong>
              {assessed(figures)} of {figures.requirements}
            </strong>{' '}
            assessed
          </span>
        </div>
        <div className={css.bar}>
          <ProgressBar label={`${assessed(figures)} of ${figures.requirements} assessed`} parts={barParts(figures)} />
        </div>
        <ul className={css.counts}>
          {RESULT_PARTS.map(({ key, result }) => {
            const option = resultOption(result);
            return (
              <li key={key} data-tone={option.tone} title={option.label}>
                <Icon name={option.shape} size={13} />
                <span className="k-visually-hidden">{option.label}: </span>
                {figures[key]}
              </li>
            );
          })}
        </ul>
        <TextInput
          aria-label="Find a requirement"
          placeholder="Find a requirement"
          data-shortcut="find"
          leftSection={<Icon name="search" size={14} />}
          value={query.text}
          onChange={(event) => onQuery({ ...query, text: event.currentTarget.value })}
        />
        <fieldset className={css.filters}>
          <legend className="k-visually-hidden">Show</legend>
          {FILTERS.map(({ key, label }) => (
            <button
              key={key}
              type="button"
              className={css.filter}
              aria-pressed={query.filter === key}
              onClick={() => onQuery({ ...query, filter: key })}
            >
              {label}
            </button>
          ))}
        </fieldset>
        {query.filter === 'changed' ? (
          <DayField label="Changed since" value={query.since} onChange={(since) => onQuery({ ...query, since })} />
        ) : null}
      </div>
      <AnswerRows {...props} />
      {families.length === 0 ? <p className={css.none}>No requirement is like that.</p> : null}
      <p className="k-visually-hidden" aria-live="polite">
        {families.reduce((sum, family) => sum + family.answers.length, 0)} shown, {closed.size} families closed
        {answerId === null ? '' : ', one open'}
      </p>
    </nav>
  );
}

/** Only what is in sight is drawn: an assessment may have thousands of requirements. */
function AnswerRows({ work, families, answerId, selected, onSelect, closed, onToggle }: AnswerTreeProps) {
  const rows = useMemo(() => listRows(families, closed), [families, closed]);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const current = rows.findIndex((row) => row.kind === 'answer' && row.line.id === answerId);
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current, { align: 'auto' });
  }, [current, virtual]);
  return (
    <div className={css.list} ref={scroll}>
      <div className={css.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div key={item.key} className={css.row} style={{ transform: `translateY(${item.start}px)` }}>
              {row.kind === 'family' ? (
                <FamilyHead
                  family={row.family}
                  open={row.open}
                  selected={selected}
                  onSelect={onSelect}
                  onToggle={() => onToggle(row.family.family)}
                />
              ) : (
                <AnswerRow
                  line={row.line}
                  href={`/assessments/${work.assessment.row.id}/${row.line.id}`}
                  current={row.line.id === answerId}
                  selected={selected.has(row.line.id)}
                  onSelect={onSelect}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface FamilyHeadProps {
  readonly family: AnswerFamily;
  readonly open: boolean;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: AnswerTreeProps['onSelect'];
  readonly onToggle: () => void;
}

function FamilyHead({ family, open, selected, onSelect, onToggle }: FamilyHeadProps) {
  const { answers } = family;
  const all = answers.every((line) => selected.has(line.id));
  const done = answers.filter((line) => line.result !== 'not_assessed').length;
  const name = family.family === '' ? 'Without family' : family.family;
  return (
    <div className={css.family}>
      {onSelect === null ? null : (
        <input
          type="checkbox"
          className={css.box}
          aria-label={`Select ${name}`}
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = !all && answers.some((line) => selected.has(line.id));
          }}
          onChange={() =>
            onSelect(
              answers.map((line) => line.id),
              !all,
            )
          }
        />
      )}
      <button type="button" className={css.toggle} aria-expanded={open} onClick={onToggle}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
        <span className={css.ref}>{name}</span>
        <span className={css.title}>{family.title ?? ''}</span>
        <span className={css.done}>
          {done}/{answers.length}
        </span>
      </button>
    </div>
  );
}

interface AnswerRowProps {
  readonly line: AnswerLine;
  readonly href: string;
  readonly current: boolean;
  readonly selected: boolean;
  readonly onSelect: AnswerTreeProps['onSelect'];
}

function AnswerRow({ line, href, current, selected, onSelect }: AnswerRowProps) {
  const option = resultOption(line.result);
  return (
    <div className={css.answer} data-selected={selected || undefined} data-current={current || undefined}>
      {onSelect === null ? null : (
        <input
          type="checkbox"
          className={css.box}
          aria-label={`Select ${line.ref}`}
          checked={selected}
          onChange={() => onSelect([line.id], !selected)}
        />
      )}
      <Link
        className={css.link}
        to={href}
        aria-current={current ? 'true' : undefined}
        data-tone={option.tone}
        title={`${line.ref} ${line.title ?? ''}`}
      >
        <Icon name={option.shape} size={14} />
        <span className="k-visually-hidden">{option.label}: </span>
        <span className={css.ref}>{line.ref}</span>
        <span className={css.title}>{line.title}</span>
        {line.carriedOver ? (
          <span className={css.mark} title="carried over, to be confirmed">
            <Icon name="history" size={13} label="to be confirmed" />
          </span>
        ) : line.status === 'done' ? (
          <span className={css.mark} data-done title="done">
            <Icon name="check" size={13} label="done" />
          </span>
        ) : null}
      </Link>
    </div>
  );
}
