/** Evidence of a test at the right of the sheet: files with their hash, added by drop or choice, shown on demand. */
import { ActionIcon, Button } from '@mantine/core';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { formatBytes } from '@renderer/lib/format';
import { EVIDENCE_STATUS } from '@shared/entities/auditops/options';
import type { Workpaper } from '@shared/wire/audits';
import { type DragEvent, useRef, useState } from 'react';
import css from './EvidencePane.module.css';
import { EvidencePreview } from './EvidencePreview';
import { FileThumb } from './FileThumb';
import { RequestsOfTest } from './RequestsOfTest';
import { type Intake, useEvidenceIntake } from './useEvidenceIntake';

export interface EvidencePaneProps {
  readonly paper: Workpaper;
  readonly mayAdd: boolean;
}

function filesOf(transfer: DataTransfer | null): File[] {
  return transfer ? [...transfer.files] : [];
}

export function EvidencePane({ paper, mayAdd }: EvidencePaneProps) {
  const { row } = paper.test;
  const { intakes, add, retry, dismiss } = useEvidenceIntake({ controlTestId: row.id, auditPlanId: row.auditPlanId });
  const [shown, setShown] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const files = paper.evidence.flatMap((entry) => entry.files.map((file) => ({ file, evidence: entry.evidence })));
  const bytes = files.reduce((sum, entry) => sum + entry.file.sizeBytes, 0);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(filesOf(event.dataTransfer));
  };
  const dropTarget = mayAdd
    ? {
        onDragOver: (event: DragEvent) => {
          event.preventDefault();
          setOver(true);
        },
        onDragLeave: () => setOver(false),
        onDrop: drop,
      }
    : {};

  return (
    <aside
      className={css.pane}
      aria-label="Evidence"
      data-pane="Evidence"
      tabIndex={-1}
      data-over={over || undefined}
      {...dropTarget}
    >
      <div className={css.head}>
        <h2>Evidence</h2>
        <span>
          {files.length === 1 ? '1 file' : `${files.length} files`}
          {bytes > 0 ? ` · ${formatBytes(bytes)}` : ''}
        </span>
        {mayAdd ? (
          <>
            <input
              ref={input}
              type="file"
              multiple
              hidden
              data-testid="evidence-input"
              onChange={(event) => {
                add([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = '';
              }}
            />
            <ActionIcon
              variant="default"
              size={28}
              aria-label="Add evidence"
              data-shortcut="add-evidence"
              onClick={() => input.current?.click()}
            >
              <Icon name="plus" size={16} />
            </ActionIcon>
          </>
        ) : null}
      </div>
      <div className={css.body}>
        {intakes.map((intake) => (
          <IntakeRow
            key={intake.opId}
            intake={intake}
            onRetry={() => retry(intake.opId)}
            onDismiss={() => dismiss(intake.opId)}
          />
        ))}
        <ul className={css.files}>
          {files.map(({ file, evidence }) => (
            <li key={file.id} className={css.file}>
              <button type="button" className={css.open} onClick={() => setShown(file.id)} aria-label={`Show ${file.fileName}`}>
                <FileThumb fileId={file.id} mediaType={file.mediaType} />
              </button>
              <div className={css.facts}>
                <button type="button" className={css.name} onClick={() => setShown(file.id)} tabIndex={-1}>
                  {evidence.title === file.fileName ? file.fileName : evidence.title}
                </button>
                {evidence.title === file.fileName ? null : <span className={css.second}>{file.fileName}</span>}
                <span className={css.second}>
                  {evidence.ref} · {formatBytes(file.sizeBytes)}
                </span>
                <HashText hash={file.sha256} />
                <OptionPill options={EVIDENCE_STATUS} value={evidence.status} bare />
              </div>
            </li>
          ))}
        </ul>
        {files.length === 0 && intakes.length === 0 ? (
          <p className={css.empty}>
            {mayAdd
              ? 'Drop photos and documents here, or press +. Each is hashed and sealed on this laptop.'
              : 'No evidence yet.'}
          </p>
        ) : null}
      </div>
      <RequestsOfTest paper={paper} mayAsk={mayAdd} />
      {over ? <div className={css.drop}>Drop to add to {paper.control?.ref ?? row.ref}</div> : null}
      {shown ? (
        <EvidencePreview
          files={files.map((entry) => entry.file)}
          fileId={shown}
          onShow={setShown}
          onClose={() => setShown(null)}
        />
      ) : null}
    </aside>
  );
}

function IntakeRow({
  intake,
  onRetry,
  onDismiss,
}: {
  readonly intake: Intake;
  readonly onRetry: () => void;
  readonly onDismiss: () => void;
}) {
  const words = intake.error ? errorWords(toErrorData(intake.error)) : null;
  return (
    <div className={css.intake} data-failed={words ? true : undefined} role={words ? 'alert' : 'status'}>
      <strong>{intake.name}</strong>
      {words ? (
        <>
          <span>
            {words.title}. {words.text}
          </span>
          <span className={css.intakeActions}>
            <Button size="compact-xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
            <Button size="compact-xs" variant="subtle" onClick={onDismiss}>
              Leave it out
            </Button>
          </span>
        </>
      ) : (
        <span>Hashing and sealing {formatBytes(intake.size)}…</span>
      )}
    </div>
  );
}
