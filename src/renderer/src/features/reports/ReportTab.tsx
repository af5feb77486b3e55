/** The report builder: outline at the left, the page as it is printed in the middle, what it is made by at the right. */
import { Button, Checkbox, Select } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill, Pill } from '@renderer/components/Pill';
import { ReasonButton } from '@renderer/components/ReasonButton';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { applyOperation } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { formatInstant } from '@renderer/lib/format';
import { notify, notifyError } from '@renderer/lib/notices';
import { useRights } from '@renderer/lib/rights';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { REPORT_RATING } from '@shared/entities/auditops/options';
import type { EntityRow } from '@shared/entities/registry';
import { layoutOf, moveSection, type ReportLayout, SECTION_TITLES, type SectionKey } from '@shared/reports/layout';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { SaveState } from '../drafts/SaveState';
import { useRecordDraft } from '../drafts/useRecordDraft';
import { useOperationIds } from '../fieldwork/records';
import { type Composed, ReportPage } from './ReportPage';
import css from './ReportTab.module.css';

export function ReportTab(props: DetailExtraProps) {
  const { row } = recordOf('auditReports', props);
  const query = useQuery(trpc.reports.compose.queryOptions({ reportId: row.id }));
  if (!query.data) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <SkeletonRows label="Composing the report" rows={10} />;
  }
  return <Builder key={row.id} row={row} composed={query.data} />;
}

function Builder({ row, composed }: { readonly row: EntityRow<'auditReports'>; readonly composed: Composed }) {
  const may = useRights('auditReports');
  const writes = may.update && row.status !== 'issued';
  const { executiveSummary, scopeObjectives, methodology, opinion, positiveObservations, overallRating } = row;
  const stored = useMemo(
    () => ({ executiveSummary, scopeObjectives, methodology, opinion, positiveObservations, overallRating }),
    [executiveSummary, scopeObjectives, methodology, opinion, positiveObservations, overallRating],
  );
  const draft = useRecordDraft<Record<keyof typeof stored, string | null>>({ entity: 'auditReports', row, stored });
  const layout = layoutOf(row.layout);
  const [current, setCurrent] = useState<SectionKey>('executiveSummary');
  const ids = useOperationIds();

  const saveLayout = async (next: ReportLayout) => {
    await draft.flush();
    const body = {
      entity: 'auditReports' as const,
      entityId: row.id,
      kind: 'update' as const,
      baseVersion: row.rowVersion,
      base: { layout: row.layout },
      patch: { layout: { ...next, sections: next.sections.map((s) => ({ ...s })), without: [...next.without] } },
    };
    try {
      const result = await applyOperation({ ...body, opId: ids.of(body) });
      ids.settle();
      if (result.status === 'conflict')
        notify({
          tone: 'attention',
          title: 'Somebody arranged it meanwhile',
          text: 'Nothing was written. Look at it as it is now.',
        });
    } catch (error) {
      notifyError(error, 'The arrangement is not saved');
    }
  };
  const choose = (key: SectionKey) => {
    setCurrent(key);
    document.getElementById(`section-${key}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null;
    if (by === null) return;
    event.preventDefault();
    if (event.altKey) {
      if (writes) void saveLayout(moveSection(layout, current, by));
      return;
    }
    const at = layout.sections.findIndex(({ key }) => key === current);
    const next = layout.sections[at + by];
    if (!next) return;
    choose(next.key);
    document.getElementById(`outline-${next.key}`)?.focus();
  };

  return (
    <div className={css.builder}>
      <nav className={css.outline} aria-label="Sections of the report">
        <h3>Sections</h3>
        <ul>
          {layout.sections.map(({ key, shown }) => (
            <li key={key}>
              <button
                type="button"
                id={`outline-${key}`}
                className={css.entry}
                aria-current={key === current ? 'true' : undefined}
                data-hidden={!shown || undefined}
                onClick={() => choose(key)}
                onKeyDown={onKey}
              >
                {SECTION_TITLES[key]}
              </button>
              {writes ? (
                <Checkbox
                  size="xs"
                  aria-label={`Print ${SECTION_TITLES[key]}`}
                  checked={shown}
                  onChange={() =>
                    void saveLayout({
                      ...layout,
                      sections: layout.sections.map((s) => (s.key === key ? { ...s, shown: !s.shown } : s)),
                    })
                  }
                />
              ) : null}
            </li>
          ))}
        </ul>
        {writes ? <p className={css.hint}>Alt and an arrow key move the section.</p> : null}
      </nav>
      <div className={css.middle}>
        <div className={css.bar}>
          <SaveState mark={draft.state} />
          {draft.state.kind === 'conflict' ? (
            <>
              <Button size="compact-sm" onClick={() => void draft.settle('mine')}>
                Keep mine
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => void draft.settle('theirs')}>
                Take theirs
              </Button>
            </>
          ) : null}
          {draft.state.kind === 'failed' ? (
            <Button size="compact-sm" variant="default" onClick={() => draft.discard()}>
              Give up what was typed
            </Button>
          ) : null}
        </div>
        <ReportPage
          composed={composed}
          shown={layout.sections.filter(({ shown }) => shown).map(({ key }) => key)}
          current={current}
          onCurrent={setCurrent}
          texts={draft.values}
          onText={writes ? (key, text) => draft.change({ [key]: text === '' ? null : text }) : null}
          onLeave={() => void draft.flush()}
        />
      </div>
      <aside className={css.properties} aria-label="Properties of the report">
        <Files row={row} composed={composed} flush={draft.flush} unsaved={draft.unsaved} />
        <Card title="Overall rating">
          {writes ? (
            <Select
              aria-label="Overall rating"
              clearable
              placeholder="Not rated"
              data={REPORT_RATING.map(({ value, label }) => ({ value, label }))}
              value={draft.values.overallRating}
              onChange={(value) => draft.change({ overallRating: value }, 'now')}
            />
          ) : row.overallRating ? (
            <OptionPill options={REPORT_RATING} value={row.overallRating} />
          ) : (
            <p className={css.hint}>Not rated.</p>
          )}
          <p className={css.hint}>
            The findings speak for “{REPORT_RATING.find(({ value }) => value === composed.suggestion.rating)?.label}”:{' '}
            {composed.suggestion.reason}
          </p>
        </Card>
        {writes ? (
          <Card title="Findings">
            <Select
              label="Detail"
              allowDeselect={false}
              data={[
                { value: 'brief', label: 'Condition and recommendation' },
                { value: 'standard', label: 'With criteria, cause and effect' },
                { value: 'full', label: 'With response and actions' },
              ]}
              value={layout.detail}
              onChange={(detail) => detail && void saveLayout({ ...layout, detail: detail as ReportLayout['detail'] })}
            />
            <Select
              label="Order"
              allowDeselect={false}
              data={[
                { value: 'severity', label: 'By severity' },
                { value: 'ref', label: 'By reference' },
                { value: 'due', label: 'By due date' },
              ]}
              value={layout.order}
              onChange={(order) => order && void saveLayout({ ...layout, order: order as ReportLayout['order'] })}
            />
            <ul className={css.choice}>
              {composed.body.findings.map((finding) => (
                <li key={finding.id}>
                  <Checkbox
                    size="xs"
                    label={`${finding.ref} ${finding.title}`}
                    checked={!layout.without.includes(finding.id)}
                    onChange={(event) =>
                      void saveLayout({
                        ...layout,
                        without: event.currentTarget.checked
                          ? layout.without.filter((id) => id !== finding.id)
                          : [...layout.without, finding.id],
                      })
                    }
                  />
                </li>
              ))}
            </ul>
          </Card>
        ) : null}
      </aside>
    </div>
  );
}

interface FilesProps {
  readonly row: EntityRow<'auditReports'>;
  readonly composed: Composed;
  readonly flush: () => Promise<void>;
  readonly unsaved: () => boolean;
}

/** What goes out: the files, issuing, the version after it, and what changed since. */
function Files({ row, composed, flush, unsaved }: FilesProps) {
  const may = useRights('auditReports');
  const go = useNavigate();
  const ids = useOperationIds();
  const changed = () => {
    ids.settle();
    void recordsChanged(['auditReports']);
  };
  const save = useMutation({
    ...trpc.reports.save.mutationOptions({ meta: { failure: 'The report was not saved' } }),
    onSuccess: ({ saved }) => {
      if (saved) notify({ tone: 'good', title: `${saved.fileName} is saved` });
    },
  });
  const issue = useMutation({
    ...trpc.reports.issue.mutationOptions({ meta: { failure: 'The report is not issued' } }),
    onSuccess: () => notify({ tone: 'good', title: `${row.ref ?? 'The report'} is issued` }),
    onSettled: changed,
  });
  const revise = useMutation({
    ...trpc.reports.revise.mutationOptions({ meta: { failure: 'No new version was made' } }),
    onSuccess: ({ reportId }) => void go(`/r/auditReports/${reportId}`),
    onSettled: changed,
  });
  const saveAs = async (format: 'pdf' | 'docx') => {
    await flush();
    if (!unsaved()) save.mutate({ reportId: row.id, format });
  };
  const issueNow = () => {
    const body = { reportId: row.id, contentSha256: composed.contentSha256 };
    issue.mutate({ ...body, opId: ids.of(body) });
  };
  const issued = row.status === 'issued';
  return (
    <Card title={issued ? 'As issued' : 'Files'}>
      {issued ? (
        <p className={css.hint}>
          By {composed.issuedBy ?? 'somebody'}, {row.issuedAt ? formatInstant(row.issuedAt) : ''}. It stands as it went out.
        </p>
      ) : null}
      <div className={css.buttons}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="download" size={14} />}
          loading={save.isPending}
          onClick={() => void saveAs('pdf')}
        >
          PDF
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="download" size={14} />}
          loading={save.isPending}
          onClick={() => void saveAs('docx')}
        >
          Word
        </Button>
        {may.update && !issued ? (
          <ReasonButton
            size="compact-sm"
            loading={issue.isPending}
            why={
              row.status === 'draft'
                ? 'Send it to review and have it approved first.'
                : row.overallRating === null
                  ? 'Choose the overall rating first.'
                  : null
            }
            onClick={issueNow}
          >
            Issue
          </ReasonButton>
        ) : null}
        {may.create && issued && composed.replacedBy === null ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={revise.isPending}
            onClick={() => revise.mutate({ opId: ids.of(row.id), reportId: row.id, newReportId: uuidv7() })}
          >
            New version
          </Button>
        ) : null}
      </div>
      {composed.replacedBy ? (
        <p className={css.hint}>
          <Pill word="Replaced" tone="attention" shape="alert" bare /> by{' '}
          <Link to={`/r/auditReports/${composed.replacedBy.id}`}>{composed.replacedBy.ref}</Link>
        </p>
      ) : null}
      {composed.replaces ? (
        <p className={css.hint}>
          Takes the place of <Link to={`/r/auditReports/${composed.replaces.id}`}>{composed.replaces.ref}</Link>
        </p>
      ) : null}
      {composed.changes.length > 0 ? (
        <>
          <Pill word={`${composed.changes.length} changed after issue`} tone="attention" shape="alert" />
          <ul className={css.changes}>
            {composed.changes.map((change) => (
              <li key={change.findingId}>
                <Link to={`/r/findings/${change.findingId}`}>{change.ref}</Link> {change.title}, {change.change}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <dl className={css.hashes}>
        {composed.files.map(({ format, sha256 }) => (
          <div key={format}>
            <dt>{format === 'json' ? 'Content' : format.toUpperCase()}</dt>
            <dd>
              <HashText hash={sha256} />
            </dd>
          </div>
        ))}
        {issued ? null : (
          <div>
            <dt>Hash of words and records</dt>
            <dd>
              <HashText hash={composed.contentSha256} />
            </dd>
          </div>
        )}
      </dl>
    </Card>
  );
}
