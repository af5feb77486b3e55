/** One evidence file at full size: image, PDF or text, decrypted in memory by main, with its hash and a way to prove it. */
import { Button, Modal } from '@mantine/core';
import { ErrorState } from '@renderer/components/ErrorState';
import { HashText } from '@renderer/components/HashText';
import { Pill } from '@renderer/components/Pill';
import { SkeletonBar } from '@renderer/components/Skeleton';
import { formatBytes, formatInstant } from '@renderer/lib/format';
import { trpc } from '@renderer/lib/trpc';
import { ShortcutLayer } from '@renderer/lib/use-shortcuts';
import type { EntityRow } from '@shared/entities/registry';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import css from './EvidencePreview.module.css';

// the PDF engine is large, and most looks are at photos
const PdfPages = lazy(() => import('./PdfPages').then((module) => ({ default: module.PdfPages })));

/** Text is shown up to this many characters; the file itself is whole. */
const TEXT_LIMIT = 200_000;

function TextFile({ url, name }: { readonly url: string; readonly name: string }) {
  const [text, setText] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    fetch(url, { signal: abort.signal })
      .then(async (response) => {
        if (!response.ok) throw new TypeError('vault file not served');
        setText((await response.text()).slice(0, TEXT_LIMIT));
      })
      .catch(() => {
        if (!abort.signal.aborted) setFailed(true);
      });
    return () => abort.abort();
  }, [url]);
  if (failed) return <ErrorState error={{ code: 'VAULT_DAMAGED', details: {}, faults: [] }} />;
  return <textarea className={css.text} aria-label={`Text of ${name}`} readOnly value={text ?? ''} />;
}

/** What is shown of a file, wherever it is filed. */
export type ShownFile = Pick<EntityRow<'evidenceFiles'>, 'id' | 'fileName' | 'sha256' | 'sizeBytes' | 'createdAt'>;

export interface EvidencePreviewProps {
  readonly files: readonly ShownFile[];
  readonly fileId: string;
  readonly onShow: (fileId: string) => void;
  readonly onClose: () => void;
}

export function EvidencePreview({ files, fileId, onShow, onClose }: EvidencePreviewProps) {
  const index = files.findIndex((candidate) => candidate.id === fileId);
  const file = files[index];
  const preview = useQuery(trpc.evidence.preview.queryOptions({ fileId }));
  const check = useMutation(trpc.evidence.verify.mutationOptions());
  if (!file) return null;
  const before = files[index - 1];
  const after = files[index + 1];
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1100px, 92vw)"
      title={file.fileName}
      closeButtonProps={{ 'aria-label': 'Close the preview' }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft' && before) onShow(before.id);
        if (event.key === 'ArrowRight' && after) onShow(after.id);
      }}
    >
      {/* keys are the preview's: Escape closes it, and does not leave the record behind it as well */}
      <ShortcutLayer>
        <div className={css.stage}>
          {preview.isError ? <ErrorState error={preview.error} onRetry={() => void preview.refetch()} /> : null}
          {preview.isPending ? <SkeletonBar width="100%" height={240} /> : null}
          {preview.data?.show === 'image' ? <img className={css.image} src={preview.data.url} alt={file.fileName} /> : null}
          {preview.data?.show === 'pdf' ? (
            <Suspense fallback={<SkeletonBar width="100%" height={240} />}>
              <PdfPages url={preview.data.url} name={file.fileName} />
            </Suspense>
          ) : null}
          {preview.data?.show === 'text' ? <TextFile url={preview.data.url} name={file.fileName} /> : null}
          {preview.data?.show === 'none' ? (
            <p className={css.none}>This kind of file has no preview here. Its hash still proves that it is unchanged.</p>
          ) : null}
        </div>
        <div className={css.foot}>
          <dl className={css.facts}>
            <div>
              <dt>SHA-256</dt>
              <dd>
                <HashText hash={file.sha256} full />
              </dd>
            </div>
            <div>
              <dt>Size</dt>
              <dd>{formatBytes(file.sizeBytes)}</dd>
            </div>
            <div>
              <dt>Filed</dt>
              <dd>{formatInstant(file.createdAt)}</dd>
            </div>
          </dl>
          <div className={css.actions} aria-live="polite">
            {check.data && check.variables?.fileId === fileId ? (
              check.data.agrees ? (
                <Pill word="Hash agrees" tone="good" shape="seal" />
              ) : (
                <Pill word="Hash differs: keep this laptop as it is and call your administrator" tone="bad" shape="alert" />
              )
            ) : null}
            <Button variant="default" loading={check.isPending} onClick={() => check.mutate({ fileId })}>
              Check the hash
            </Button>
            <Button variant="default" disabled={!before} onClick={() => before && onShow(before.id)}>
              Previous
            </Button>
            <Button variant="default" disabled={!after} onClick={() => after && onShow(after.id)}>
              Next
            </Button>
          </div>
        </div>
      </ShortcutLayer>
    </Modal>
  );
}
