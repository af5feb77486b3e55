/** What goes out of a report: its files, issuing it, the version after it, and what changed since. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { Pill } from '@renderer/components/Pill';
import { ReasonButton } from '@renderer/components/ReasonButton';
import { formatInstant } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { useRights } from '@renderer/lib/rights';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { useOperationIds } from '../fieldwork/records';
import type { Composed } from './ReportPage';
import css from './ReportTab.module.css';

interface FilesProps {
  readonly row: EntityRow<'auditReports'>;
  readonly composed: Composed;
  readonly flush: () => Promise<void>;
  readonly unsaved: () => boolean;
}

export function ReportFiles({ row, composed, flush, unsaved }: FilesProps) {
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
            <dt>Words and records</dt>
            <dd>
              <HashText hash={composed.contentSha256} />
            </dd>
          </div>
        )}
      </dl>
    </Card>
  );
}
