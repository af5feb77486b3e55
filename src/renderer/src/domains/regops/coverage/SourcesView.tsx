/** Coverage by its sources: for each requirement, everything that speaks for it, each source apart with its relation and proof. */
import { Button, TextInput } from '@mantine/core';
import { isEntityName } from '@shared/entities/registry';
import type { Coverage, CoverageProof, CoverageSource, CoveredRequirement } from '@shared/wire/crosswalk';
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { DateText } from '../../../components/DateText';
import { Icon } from '../../../components/Icon';
import { Pill } from '../../../components/Pill';
import { detailPath } from '../../../entities/paths';
import { toCsv } from '../../../lib/csv';
import { count, formatNumber } from '../../../lib/format';
import { useShortcuts } from '../../../lib/use-shortcuts';
import { relationPhrase } from '../crosswalk/words';
import { ChoiceChips } from './ChoiceChips';
import css from './Coverage.module.css';
import { RecordRows } from './RecordRows';
import { resultOption } from './resultWords';

type Which = 'all' | 'own' | 'carried' | 'part' | 'none';

/** How a requirement is covered, by the best that any one source can say; sources are never added up. */
export function coveredBy({ sources }: CoveredRequirement): Exclude<Which, 'all'> {
  const proven = sources.filter((source) => source.proofs.length > 0);
  if (proven.some((source) => source.mapping === null)) return 'own';
  if (proven.some((source) => source.reach === 'whole')) return 'carried';
  return proven.length > 0 ? 'part' : 'none';
}

const WORDS = {
  own: { word: 'Own', tone: 'good', shape: 'check-filled' },
  carried: { word: 'Carried over', tone: 'good', shape: 'arrow-swap' },
  part: { word: 'In part', tone: 'attention', shape: 'circle-half' },
  none: { word: 'Nothing yet', tone: 'bad', shape: 'circle' },
} as const;

export function SourcesView({ coverage, onExport }: { readonly coverage: Coverage; readonly onExport: (text: string) => void }) {
  const navigate = useNavigate();
  const [which, setWhich] = useState<Which>('all');
  const [find, setFind] = useState('');
  const [current, setCurrent] = useState(0);
  const words = find.trim().toLowerCase();
  const judged = useMemo(
    () => coverage.requirements.map((requirement) => ({ requirement, by: coveredBy(requirement) })),
    [coverage],
  );
  const items = useMemo(
    () =>
      judged.filter(
        ({ requirement, by }) =>
          (which === 'all' || by === which) &&
          (words === '' || `${requirement.refId} ${requirement.title ?? ''}`.toLowerCase().includes(words)),
      ),
    [judged, which, words],
  );
  const number = (kind: Which) => formatNumber(judged.filter(({ by }) => by === kind).length);
  const saveCsv = () =>
    onExport(
      toCsv(
        [
          'Requirement',
          'Title',
          'Source regulation',
          'Source requirement',
          'Relation',
          'Strength',
          'Said by',
          'Reach',
          'Proof',
          'What',
          'Result',
          'Date',
        ],
        items.flatMap(({ requirement }) =>
          requirement.sources.length === 0
            ? [[requirement.refId, requirement.title, ...Array<null>(10).fill(null)]]
            : requirement.sources.flatMap((source) => csvRows(requirement, source)),
        ),
      ),
    );
  useShortcuts('Coverage', [{ keys: 'Ctrl+E', label: 'Export as CSV', run: saveCsv }]);
  const shown = items[Math.min(current, items.length - 1)];
  return (
    <div className={css.view} data-testid="coverage-sources">
      <div className={css.tools}>
        <ChoiceChips
          label="Which requirements"
          value={which}
          onChange={(next) => {
            setWhich(next);
            setCurrent(0);
          }}
          choices={[
            { value: 'all', label: `All ${formatNumber(judged.length)}` },
            { value: 'own', label: `Own ${number('own')}` },
            { value: 'carried', label: `Carried over ${number('carried')}` },
            { value: 'part', label: `In part ${number('part')}` },
            { value: 'none', label: `Nothing yet ${number('none')}` },
          ]}
        />
        <TextInput
          className={css.find}
          type="search"
          leftSection={<Icon name="search" />}
          placeholder="Find"
          aria-label="Find a requirement"
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
        <Button variant="subtle" leftSection={<Icon name="export" />} onClick={saveCsv}>
          Export CSV
        </Button>
      </div>
      <div className={css.split}>
        <RecordRows
          label="Requirements"
          items={items}
          keyOf={({ requirement }) => requirement.id}
          current={Math.min(current, Math.max(0, items.length - 1))}
          onCurrent={setCurrent}
          onOpen={({ requirement }) => void navigate(detailPath('requirements', requirement.id))}
        >
          {({ requirement, by }) => (
            <>
              <span className={css.ref}>{requirement.refId}</span>
              <span className={css.name}>{requirement.title}</span>
              {requirement.sources.length > 0 ? (
                <span className={css.note}>{count(requirement.sources.length, 'source')}</span>
              ) : null}
              <Pill {...WORDS[by]} bare />
            </>
          )}
        </RecordRows>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by keys */}
        <section className={css.reader} data-pane="Sources" aria-label="Sources of the requirement" tabIndex={0}>
          {shown === undefined ? <p className={css.second}>No requirement fits.</p> : <Sources requirement={shown.requirement} />}
        </section>
      </div>
    </div>
  );
}

function csvRows(requirement: CoveredRequirement, source: CoverageSource) {
  const { mapping } = source;
  const head = [
    requirement.refId,
    requirement.title,
    source.regulation,
    source.refId,
    mapping?.relation ?? 'itself',
    mapping?.strength ?? null,
    mapping?.source ?? null,
    source.reach,
  ];
  if (source.proofs.length === 0) return [[...head, null, null, null, null]];
  return source.proofs.map((proof) => [...head, proof.kind, proof.title, proof.result, proof.date]);
}

function Sources({ requirement }: { readonly requirement: CoveredRequirement }) {
  return (
    <>
      <h2 className={css.heading}>
        {requirement.refId} {requirement.title}
      </h2>
      {requirement.sources.length === 0 ? (
        <p className={css.second}>No control is mapped to it, and no crosswalk leads here.</p>
      ) : (
        requirement.sources.map((source) => (
          <Source key={source.mapping?.id ?? 'own'} requirement={requirement} source={source} />
        ))
      )}
      <Link to={detailPath('requirements', requirement.id)}>Open this requirement</Link>
    </>
  );
}

function Source({ requirement, source }: { readonly requirement: CoveredRequirement; readonly source: CoverageSource }) {
  const { mapping } = source;
  return (
    <article className={css.source}>
      <div className={css.sourceHead}>
        {mapping === null ? (
          <p className={css.sourceTitle}>What was done for {requirement.refId} itself</p>
        ) : (
          <>
            <p className={css.sourceTitle}>
              <span>{requirement.refId}</span>
              <Link to={detailPath('requirementMappings', mapping.id)}>{relationPhrase(mapping.relation)}</Link>
              <Link to={detailPath('requirements', source.requirementId)}>
                {source.regulation} {source.refId}
              </Link>
            </p>
            <p className={css.second}>
              {source.title}. Strength {mapping.strength} of 10; covers {source.reach === 'whole' ? 'all of it' : 'a part'}
              {mapping.source === null ? '' : `; said by ${mapping.source}`}.
            </p>
            {mapping.rationale === null ? null : <p className={css.second}>{mapping.rationale}</p>}
          </>
        )}
      </div>
      {source.proofs.length === 0 ? (
        <p className={css.proof}>Nothing has been done for it yet.</p>
      ) : (
        <ul className={css.proofs}>
          {source.proofs.map((proof) => (
            <Proof key={`${proof.kind} ${proof.id}`} proof={proof} />
          ))}
        </ul>
      )}
    </article>
  );
}

const KINDS = { control: 'Control', answer: 'Answer', evidence: 'Evidence' } as const;

function Proof({ proof }: { readonly proof: CoverageProof }) {
  const option = resultOption(proof.result);
  return (
    <li className={css.proof}>
      <span className={css.kind}>{KINDS[proof.kind]}</span>
      <span className={css.name}>
        {isEntityName(proof.entity) ? <Link to={detailPath(proof.entity, proof.id)}>{proof.title}</Link> : proof.title}
        {proof.relation === null ? null : (
          <span className={css.second}>
            {' '}
            {relationPhrase(proof.relation)} it, {proof.strength} of 10
          </span>
        )}
      </span>
      <Pill word={option.label} tone={option.tone ?? proof.tone} shape={option.shape} bare />
      <span className={css.note}>{proof.date === null ? '' : <DateText date={proof.date} />}</span>
    </li>
  );
}
