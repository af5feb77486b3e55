/** What a policy says: the version in force by itself, any other by choice, also the one that was in force on a day. */

import { Button, Select } from '@mantine/core';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { MarkdownText } from '@renderer/components/MarkdownText';
import { HeadingOutline } from '@renderer/components/markdown/HeadingOutline';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { detailPath, versionsPath, writingPath } from '@renderer/entities/paths';
import { formatDate } from '@renderer/lib/format';
import { useRights } from '@renderer/lib/rights';
import { optionLabel } from '@shared/entities/option-label';
import { VERSION_STATUS } from '@shared/entities/regops/policy-options';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { DayField } from '../assessments/DayField';
import { ExportVersionMenu } from './ExportVersionMenu';
import { NewVersionDialog } from './NewVersionDialog';
import css from './PolicyTextTab.module.css';
import { openVersion, useVersion, type Version, versionInForce, versionOn, versionsOptions } from './records';

export function PolicyTextTab(props: DetailExtraProps) {
  const { row } = recordOf('policies', props);
  const versions = useQuery(versionsOptions(row.id));
  if (versions.data === undefined) {
    if (versions.isError) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
    return <SkeletonRows label="Reading the versions" rows={10} />;
  }
  return <Text {...props} versions={versions.data} />;
}

function periodOf({ inForceFrom, inForceUntil }: Version): string {
  if (inForceFrom === null) return '';
  return inForceUntil === null
    ? `in force since ${formatDate(inForceFrom)}`
    : `in force ${formatDate(inForceFrom)} to ${formatDate(inForceUntil)}`;
}

const wordOf = (version: Version) => optionLabel(VERSION_STATUS, version.status);

function Text({ versions, ...props }: DetailExtraProps & { readonly versions: readonly Version[] }) {
  const { row, archived } = { ...recordOf('policies', props), archived: props.record.archived };
  const navigate = useNavigate();
  const rights = useRights('policyVersions');
  const ids = useId();
  const [making, setMaking] = useState(false);
  const [day, setDay] = useState('');
  const open = openVersion(versions);
  const inForce = versionInForce(versions);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const onDay = day === '' ? null : versionOn(versions, day);
  const shown = day === '' ? (versions.find(({ id }) => id === chosenId) ?? inForce ?? open ?? versions[0] ?? null) : onDay;
  const version = useVersion(shown?.id ?? null);
  const mayWrite = rights.create && !archived && row.status !== 'retired';
  const write = () => (open !== null && open.status !== 'approved' ? void navigate(writingPath(open.id)) : setMaking(true));
  const begin =
    open === null ? (versions.length === 0 ? 'Write the first version' : 'Write a new version') : `Go on writing ${open.label}`;
  const dialog = making ? (
    <NewVersionDialog
      policy={row}
      inForce={inForce}
      onClose={() => setMaking(false)}
      onMade={(id) => void navigate(writingPath(id))}
    />
  ) : null;

  if (versions.length === 0)
    return (
      <>
        <EmptyState
          icon="document"
          title="Nothing is written yet"
          text="The text of a policy is kept in versions. Two people who did not write a version approve it before it comes into force."
          starts={
            mayWrite ? [{ icon: 'pencil', title: begin, text: 'Write it here, or take it from a Word document', run: write }] : []
          }
        />
        {dialog}
      </>
    );
  const previous = shown === null ? undefined : versions[versions.indexOf(shown) + 1];
  return (
    <div className={css.page}>
      <div className={css.bar}>
        <Select
          label="Version"
          className={css.choice}
          data={versions.map((each) => ({ value: each.id, label: `${each.label} · ${wordOf(each)}` }))}
          value={shown?.id ?? null}
          placeholder="None on this day"
          allowDeselect={false}
          onChange={(id) => {
            setDay('');
            setChosenId(id);
          }}
          rightSection={<Icon name="selector" size={14} />}
        />
        <DayField label="In force on" value={day} onChange={setDay} />
        <span className={css.grow} />
        {shown !== null && previous !== undefined ? (
          <Button
            leftSection={<Icon name="split" />}
            onClick={() => void navigate(versionsPath(row.id, { from: previous.id, to: shown.id }))}
          >
            Compare versions
          </Button>
        ) : null}
        {shown === null ? null : <ExportVersionMenu versionId={shown.id} called={`${row.ref} ${shown.label}`} />}
        {mayWrite && open?.status !== 'approved' ? (
          <Button variant="filled" leftSection={<Icon name="pencil" />} onClick={write}>
            {begin}
          </Button>
        ) : null}
      </div>
      {shown === null ? (
        <EmptyState
          icon="calendar"
          title={`Nothing was in force on ${formatDate(day)}`}
          text="Choose another day, or a version."
        />
      ) : (
        <div className={css.columns}>
          <nav className={css.outline} aria-label="Headings">
            <h2>Headings</h2>
            <HeadingOutline
              text={version.data?.row.content ?? ''}
              onGo={({ line }) => {
                const heading = document.getElementById(`${ids}-${line}`);
                heading?.scrollIntoView({ block: 'start' });
                heading?.focus({ preventScroll: true });
              }}
            />
          </nav>
          <article className={css.paper} aria-label={`${row.name}, version ${shown.label}`}>
            <header className={css.head}>
              <span>
                Version <strong>{shown.label}</strong>
              </span>
              <OptionPill options={VERSION_STATUS} value={shown.status} />
              <span>{periodOf(shown)}</span>
              <span className={css.grow} />
              {shown.contentSha256 === null ? null : <HashText hash={shown.contentSha256} />}
              <Button size="compact-sm" variant="subtle" onClick={() => void navigate(detailPath('policyVersions', shown.id))}>
                Approval and history
              </Button>
            </header>
            {shown.changeNote ? (
              <p className={css.change}>
                <strong>What changes</strong> {shown.changeNote}
              </p>
            ) : null}
            {version.data !== undefined ? (
              <MarkdownText text={version.data.row.content ?? ''} top={3} headingIds={ids} />
            ) : version.isError ? (
              <ErrorState error={version.error} onRetry={() => void version.refetch()} />
            ) : (
              <SkeletonRows label="Reading the text" rows={10} />
            )}
          </article>
        </div>
      )}
      {dialog}
    </div>
  );
}
