/** Writing a version: headings at the left, the text in the middle, the text as it is read at the right; saved as one writes. */
import { Button, SegmentedControl } from '@mantine/core';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { countWords } from '@renderer/components/markdown/editing';
import { HeadingOutline } from '@renderer/components/markdown/HeadingOutline';
import { type EditorHandle, type EditorLook, MarkdownEditor } from '@renderer/components/markdown/MarkdownEditor';
import { OfflineNote } from '@renderer/components/OfflineNote';
import { Page, SidePane } from '@renderer/components/Page';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { Screen } from '@renderer/entities/parts/Screen';
import { DOMAIN_LABELS, detailPath, listPath, versionsPath } from '@renderer/entities/paths';
import { SaveState } from '@renderer/features/drafts/SaveState';
import { SaveTrouble } from '@renderer/features/drafts/SaveTrouble';
import { useRecordDraft } from '@renderer/features/drafts/useRecordDraft';
import { useConnection } from '@renderer/lib/connection';
import { formatNumber } from '@renderer/lib/format';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { entityOf } from '@shared/entities/registry';
import { POLICY_TEXT_MAX } from '@shared/entities/regops/policy';
import { VERSION_STATUS } from '@shared/entities/regops/policy-options';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useBlocker, useNavigate, useParams } from 'react-router';
import { DraftConflict } from './DraftConflict';
import { ImportTextDialog } from './ImportTextDialog';
import { type Policy, usePolicy, useVersion, type Version, versionInForce, versionsOptions } from './records';
import { SubmitDialog } from './SubmitDialog';
import css from './WritePage.module.css';

const LOOKS: readonly { readonly value: EditorLook; readonly label: string }[] = [
  { value: 'write', label: 'Write' },
  { value: 'split', label: 'Both' },
  { value: 'read', label: 'Read' },
];
/** Each save keeps what was before, so a long text is saved when writing rests, not at every pause for breath. */
const REST_MS = 1_500;

export function WritePage() {
  const { versionId = null } = useParams();
  return <Screen>{versionId === null ? null : <Loaded key={versionId} versionId={versionId} />}</Screen>;
}

function Loaded({ versionId }: { readonly versionId: string }) {
  const version = useVersion(versionId);
  const policy = usePolicy(version.data?.row.policyId ?? null);
  // a later reading that fails leaves the text as it is: what is being written must not go with it
  if (version.data === undefined || policy.data === undefined) {
    const failed = version.isError ? version : policy.isError ? policy : null;
    if (failed !== null) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
    return <SkeletonRows label="Reading the version" rows={14} />;
  }
  const { row, may, archived } = version.data;
  const locked = entityOf('policyVersions').states?.locked?.includes(row.status) ?? false;
  const why = archived
    ? 'This version is archived.'
    : locked
      ? 'This version was approved or withdrawn and stays as it is. Begin a new version to change the text.'
      : may.update
        ? null
        : 'Your role reads this. Compliance may write; ask an administrator for the role.';
  return <Writing row={row} policy={policy.data.row} why={why} />;
}

interface WritingProps {
  readonly row: Version;
  readonly policy: Policy;
  /** Why it is only read; null where it is written. */
  readonly why: string | null;
}

function Writing({ row, policy, why }: WritingProps) {
  const navigate = useNavigate();
  const connection = useConnection();
  const editor = useRef<EditorHandle>(null);
  const [look, setLook] = useState<EditorLook>(why === null ? 'split' : 'read');
  const [dialog, setDialog] = useState<'import' | 'submit' | null>(null);
  const stored = useMemo(() => ({ content: row.content ?? '' }), [row.content]);
  const draft = useRecordDraft<{ readonly content: string }>({
    entity: 'policyVersions',
    row,
    stored,
    alsoChanged: ['policies'],
    restMs: REST_MS,
  });
  const versions = useQuery(versionsOptions(policy.id));
  const inForce = versionInForce(versions.data ?? []);
  const writes = why === null;
  const choosing = draft.state.kind === 'conflict';
  const text = draft.values.content;
  const home = detailPath('policies', policy.id);

  const blocker = useBlocker(() => draft.unsaved());
  useEffect(() => {
    // leaving sends what waits; only what cannot be sent holds the person back
    if (blocker.state !== 'blocked') return;
    void draft.flush().then(() => (draft.unsaved() ? blocker.reset() : blocker.proceed()));
  }, [blocker, draft]);
  useShortcuts('Writing', [
    { keys: 'Ctrl+S', label: 'Save now', hint: 'save', enabled: writes && !choosing, run: () => void draft.flush() },
    {
      keys: 'Alt+P',
      label: 'Write, both, read',
      hint: 'preview',
      enabled: !choosing,
      run: () => setLook(LOOKS[(LOOKS.findIndex(({ value }) => value === look) + 1) % LOOKS.length]?.value ?? 'split'),
    },
    {
      keys: 'Ctrl+Enter',
      label: 'Submit for approval',
      enabled: writes && !choosing && row.status === 'draft',
      run: () => setDialog('submit'),
    },
  ]);

  if (draft.state.kind === 'conflict')
    return <DraftConflict name="policyVersions" title={row.title ?? ''} draft={draft} conflict={draft.state} />;
  const words = countWords(text);
  return (
    <Page
      title={policy.name}
      refText={policy.ref}
      rail
      flush
      crumbs={[
        { label: DOMAIN_LABELS.regops },
        { label: 'Policies', to: listPath('policies') },
        { label: policy.ref ?? policy.name, to: home },
        { label: `Version ${row.label}` },
      ]}
      note={
        <span className={css.note}>
          Version {row.label} <OptionPill options={VERSION_STATUS} value={row.status} /> <SaveState mark={draft.state} />
        </span>
      }
      actions={
        <>
          <SegmentedControl
            aria-label="What is shown"
            size="xs"
            data={writes ? [...LOOKS] : [{ value: 'read', label: 'Read' }]}
            value={look}
            onChange={(value) => setLook(LOOKS.find((one) => one.value === value)?.value ?? 'split')}
          />
          {inForce !== null && inForce.id !== row.id ? (
            <Button
              leftSection={<Icon name="split" />}
              onClick={() => void navigate(versionsPath(policy.id, { from: inForce.id, to: row.id }))}
            >
              Compare with {inForce.label}
            </Button>
          ) : null}
          {writes ? (
            <Button leftSection={<Icon name="import" />} onClick={() => setDialog('import')}>
              From a file
            </Button>
          ) : null}
          {writes && row.status === 'draft' ? (
            <Button variant="filled" leftSection={<Icon name="send" />} onClick={() => setDialog('submit')}>
              Submit for approval
            </Button>
          ) : null}
        </>
      }
      left={
        <SidePane label="Outline" at="left" width={212} title="Outline">
          <HeadingOutline text={text} onGo={(heading) => editor.current?.goTo(heading)} />
        </SidePane>
      }
    >
      <div className={css.page}>
        <OfflineNote flush connection={connection} note="What you write stays here until it is saved." />
        <SaveTrouble draft={draft} entity="policyVersions" />
        {why === null ? null : (
          <p className={css.readOnly} role="note">
            <Icon name="lock" size={14} /> {why}
          </p>
        )}
        {writes && row.status === 'in_review' ? (
          <p className={css.readOnly} role="note">
            <Icon name="eye" size={14} /> This version waits for approval. A change takes the approvals of it back.
          </p>
        ) : null}
        <MarkdownEditor
          ref={editor}
          label="Text"
          value={text}
          look={writes ? look : 'read'}
          maxLength={POLICY_TEXT_MAX}
          describedBy="policy-words"
          onChange={(content) => draft.change({ content })}
          onLeave={() => void draft.flush()}
        />
        <footer className={css.foot}>
          <span id="policy-words">
            {formatNumber(words)} {words === 1 ? 'word' : 'words'}
          </span>
          <span>
            {formatNumber(text.length)} of {formatNumber(POLICY_TEXT_MAX)} characters
          </span>
          <span className={css.grow} />
          <span>Markdown. HTML is shown as text.</span>
        </footer>
      </div>
      {dialog === 'import' ? (
        <ImportTextDialog
          present={text}
          onClose={() => setDialog(null)}
          onTake={(content) => {
            setDialog(null);
            draft.change({ content }, 'now');
          }}
        />
      ) : null}
      {dialog === 'submit' ? (
        <SubmitDialog
          row={row}
          policy={policy}
          flush={draft.flush}
          onClose={() => setDialog(null)}
          onDone={() => void navigate(detailPath('policyVersions', row.id))}
        />
      ) : null}
    </Page>
  );
}
