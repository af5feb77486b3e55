/** A PDF drawn to canvases by pdf.js in its own worker: no plug-in, no script of the document ever runs. */
import { ErrorState } from '@renderer/components/ErrorState';
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import css from './EvidencePreview.module.css';

GlobalWorkerOptions.workerSrc = workerUrl;

/** Pages drawn at once; a person who needs page 60 of a manual opens the file itself. */
const PAGE_LIMIT = 40;
const SCALE = 1.5;

function Page({
  document,
  number,
  name,
}: {
  readonly document: PDFDocumentProxy;
  readonly number: number;
  readonly name: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let gone = false;
    let cancel: (() => void) | undefined;
    void (async () => {
      const page = await document.getPage(number);
      const target = canvas.current;
      if (gone || !target) return;
      const viewport = page.getViewport({ scale: SCALE });
      target.width = viewport.width;
      target.height = viewport.height;
      const task = page.render({ canvasContext: target.getContext('2d') as CanvasRenderingContext2D, viewport });
      cancel = () => task.cancel();
      await task.promise;
      target.dataset.drawn = 'true';
    })().catch((error: unknown) => {
      if (!gone) throw error;
    });
    return () => {
      gone = true;
      cancel?.();
    };
  }, [document, number]);
  return <canvas ref={canvas} className={css.page} role="img" aria-label={`${name}, page ${number}`} />;
}

export function PdfPages({ url, name }: { readonly url: string; readonly name: string }) {
  const [document, setDocument] = useState<PDFDocumentProxy | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    let opened: PDFDocumentProxy | undefined;
    void (async () => {
      try {
        const response = await fetch(url, { signal: abort.signal });
        if (!response.ok) throw new TypeError('vault file not served');
        const data = new Uint8Array(await response.arrayBuffer());
        opened = await getDocument({ data, isEvalSupported: false, enableXfa: false }).promise;
        if (abort.signal.aborted) await opened.destroy();
        else setDocument(opened);
      } catch {
        if (!abort.signal.aborted) setFailed(true);
      }
    })();
    return () => {
      abort.abort();
      void opened?.destroy();
    };
  }, [url]);
  if (failed) return <ErrorState error={{ code: 'FILE_UNREADABLE', details: { file: name }, faults: [] }} />;
  if (!document) return null;
  const pages = Math.min(document.numPages, PAGE_LIMIT);
  return (
    <div className={css.pages}>
      {Array.from({ length: pages }, (_, index) => index + 1).map((number) => (
        <Page key={number} document={document} number={number} name={name} />
      ))}
      {document.numPages > pages ? (
        <p>
          The first {pages} of {document.numPages} pages.
        </p>
      ) : null}
    </div>
  );
}
