/** The programme of an audit at the left of the sheet: progress, a find box, and the tests by family. */
import { TextInput } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { ProgressBar } from '@renderer/components/ProgressBar';
import { TEST_RESULT } from '@shared/entities/auditops/options';
import type { Programme, ProgrammeTest } from '@shared/wire/audits';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import css from './ProgrammePane.module.css';

const PARTS = [
  { key: 'effective', look: 'effective', result: 'effective' },
  { key: 'partial', look: 'partial', result: 'partially_effective' },
  { key: 'ineffective', look: 'ineffective', result: 'ineffective' },
  { key: 'notTested', look: 'untested', result: 'not_tested' },
] as const;

function resultOption(value: string) {
  return TEST_RESULT.find((option) => option.value === value) ?? TEST_RESULT[0];
}

/** Tests whose reference, title or control holds every word. */
export function findTests(programme: Programme, text: string): Programme['families'] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return programme.families;
  const holds = (test: ProgrammeTest) => {
    const hay = `${test.ref ?? ''} ${test.controlRef ?? ''} ${test.title}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  };
  return programme.families
    .map((family) => ({ ...family, tests: family.tests.filter(holds) }))
    .filter((family) => family.tests.length > 0);
}

function TestLink({
  planId,
  test,
  current,
}: {
  readonly planId: string;
  readonly test: ProgrammeTest;
  readonly current: boolean;
}) {
  const option = resultOption(test.result);
  return (
    <li>
      <Link
        className={css.test}
        to={`/fieldwork/${planId}/${test.id}`}
        aria-current={current ? 'true' : undefined}
        data-tone={option.tone}
        title={`${test.controlRef ?? ''} ${test.title}`}
      >
        <Icon name={option.shape} size={14} />
        <span className="k-visually-hidden">{option.label}: </span>
        <span className={css.ref}>{test.controlRef ?? test.ref}</span>
        <span className={css.title}>{test.title}</span>
        {test.openFindings > 0 ? (
          <span className={css.mark} title={test.openFindings === 1 ? '1 open finding' : `${test.openFindings} open findings`}>
            <Icon name="flag" size={13} />
          </span>
        ) : null}
      </Link>
    </li>
  );
}

export function ProgrammePane({ programme, testId }: { readonly programme: Programme; readonly testId: string | null }) {
  const [text, setText] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const families = useMemo(() => findTests(programme, text), [programme, text]);
  const planId = programme.plan.row.id;
  const tested = programme.total - programme.notTested;
  const toggle = (family: string) =>
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(family)) next.add(family);
      return next;
    });
  return (
    <nav className={css.pane} aria-label="Programme" data-pane="Programme" tabIndex={-1}>
      <div className={css.head}>
        <div className={css.headline}>
          <h2>Programme</h2>
          <span>
            <strong>
              {tested} of {programme.total}
            </strong>{' '}
            tested
          </span>
        </div>
        <div className={css.bar}>
          <ProgressBar
            label={`${tested} of ${programme.total} tested`}
            parts={PARTS.map((part) => ({ key: part.key, look: part.look, value: programme[part.key] }))}
          />
        </div>
        <ul className={css.counts}>
          {PARTS.map((part) => {
            const option = resultOption(part.result);
            return (
              <li key={part.key} data-tone={option.tone} title={option.label}>
                <Icon name={option.shape} size={13} />
                <span className="k-visually-hidden">{option.label}: </span>
                {programme[part.key]}
              </li>
            );
          })}
        </ul>
        <TextInput
          aria-label="Find a test"
          placeholder="Find a test"
          data-shortcut="find"
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <div className={css.list}>
        {families.map((family) => {
          const done = family.tests.filter((test) => test.result !== 'not_tested').length;
          const open = text !== '' || !closed.has(family.family);
          return (
            <section key={family.family}>
              <h3>
                <button type="button" className={css.family} aria-expanded={open} onClick={() => toggle(family.family)}>
                  <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
                  <span className={css.ref}>{family.family}</span>
                  <span className={css.title}>{family.title ?? ''}</span>
                  <span className={css.done}>
                    {done}/{family.tests.length}
                  </span>
                </button>
              </h3>
              {open ? (
                <ul className={css.tests}>
                  {family.tests.map((test) => (
                    <TestLink key={test.id} planId={planId} test={test} current={test.id === testId} />
                  ))}
                </ul>
              ) : null}
            </section>
          );
        })}
        {families.length === 0 ? <p className={css.none}>No test holds “{text}”.</p> : null}
      </div>
    </nav>
  );
}
