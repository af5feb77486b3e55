/** The report builder: outline at the left, the page as it is printed in the middle, what it is made by at the right. */
import { Checkbox, Select } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { applyOperation } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { notify, notifyError } from '@renderer/lib/notices';
import { useRights } from '@renderer/lib/rights';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { REPORT_RATING } from '@shared/entities/auditops/options';
import type { EntityRow } from '@shared/entities/registry';
import { blockKey, layoutOf, type ReportLayout, type SectionKey } from '@shared/reports/layout';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { SaveState } from '../drafts/SaveState';
import { SaveTrouble } from '../drafts/SaveTrouble';
import { useRecordDraft } from '../drafts/useRecordDraft';
import { useOperationIds, useRecordWriter } from '../fieldwork/records';
import { ReportFiles } from './ReportFiles';
import { ReportOutline } from './ReportOutline';
import { type Composed, ReportPage } from './ReportPage';
import css from './ReportTab.module.css';
import { TemplateCard } from './TemplateCard';

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
  const { blocks } = composed.body;
  const layout = layoutOf(row.layout, blocks);
  const writer = useRecordWriter();
  const [fresh, setFresh] = useState<string | null>(null);
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
  const addBlock = async () => {
    const id = uuidv7();
    // known before it is there, so that it has the focus as soon as it is drawn
    setFresh(id);
    if (!(await writer.createAs(id, 'reportBlocks', { auditReportId: row.id, title: 'New text' }))) return;
    setCurrent(blockKey(id));
    await recordsChanged(['auditReports']);
  };

  return (
    <div className={css.builder}>
      <ReportOutline
        layout={layout}
        blocks={blocks}
        current={current}
        writes={writes}
        onChoose={choose}
        onLayout={(next) => void saveLayout(next)}
        onAdd={() => void addBlock()}
      />
      <div className={css.middle}>
        <div className={css.bar}>
          <SaveState mark={draft.state} />
        </div>
        <SaveTrouble draft={draft} entity="auditReports" />
        <ReportPage
          composed={composed}
          shown={layout.sections.filter(({ shown }) => shown).map(({ key }) => key)}
          current={current}
          onCurrent={setCurrent}
          texts={draft.values}
          onText={writes ? (key, text) => draft.change({ [key]: text === '' ? null : text }) : null}
          onLeave={() => void draft.flush()}
          fresh={fresh}
          onRemove={writes ? (block) => void writer.archive('reportBlocks', block, `“${block.title}” is taken out`) : null}
        />
      </div>
      <aside className={css.properties} aria-label="Properties of the report">
        <ReportFiles row={row} composed={composed} flush={draft.flush} unsaved={draft.unsaved} />
        <TemplateCard />
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
