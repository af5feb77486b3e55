/** A file of mappings: chosen, tried out, and only then written. Lines that stay out are named with their reason. */
import { Button } from '@mantine/core';
import type { CrosswalkPreview } from '@shared/wire/crosswalk';
import { useRef, useState } from 'react';
import { Dialog } from '../../../components/Dialog';
import { Icon } from '../../../components/Icon';
import { bridge } from '../../../lib/bridge';
import { download, exportFileName, toCsv } from '../../../lib/csv';
import { errorWords } from '../../../lib/error-texts';
import { errorClass, isDropped, toErrorData } from '../../../lib/errors';
import { count, formatNumber, todayHere } from '../../../lib/format';
import { notify } from '../../../lib/notices';
import { useWorkspace } from '../../../lib/session';
import { recordsChanged, trpcClient } from '../../../lib/trpc';
import { uuidv7 } from '../../../lib/uuid';
import type { RegulationChoice } from '../RegulationSelect';
import css from './Crosswalk.module.css';

export interface MappingFileDialogProps {
  readonly from: string;
  readonly to: string;
  readonly list: readonly RegulationChoice[];
  readonly onClose: () => void;
}

interface Looked {
  readonly grantId: string;
  readonly preview: CrosswalkPreview;
}

export function MappingFileDialog({ from, to, list, onClose }: MappingFileDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  const opId = useRef<string | null>(null);
  const workspace = useWorkspace();
  const [looked, setLooked] = useState<Looked | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const called = (id: string) => list.find((choice) => choice.id === id)?.label ?? '';

  const read = async (file: File) => {
    setBusy(true);
    setFailure(null);
    setLooked(null);
    opId.current = null;
    try {
      const { grantId } = await bridge().grantFile(file);
      setLooked({ grantId, preview: await trpcClient.catalogs.previewMappings.mutate({ from, to, grantId }) });
    } catch (error) {
      if (!isDropped(error)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const write = async () => {
    if (looked === null) return input.current?.click();
    setBusy(true);
    setFailure(null);
    opId.current ??= uuidv7();
    try {
      const { counts } = await trpcClient.catalogs.importMappings.mutate({
        opId: opId.current,
        from,
        to,
        grantId: looked.grantId,
      });
      await recordsChanged(['requirementMappings']);
      notify({
        tone: 'good',
        title: 'The mappings are in',
        text: `${counts.created} new, ${counts.updated} changed, ${counts.unchanged} as before, ${counts.refused} left out`,
      });
      onClose();
    } catch (error) {
      if (isDropped(error)) return;
      if (errorClass(error) !== 'network') opId.current = null;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const counts = looked?.preview.counts;
  const faulty = looked?.preview.rows.filter((row) => row.fault !== null) ?? [];
  const writes = (counts?.created ?? 0) + (counts?.updated ?? 0);
  const saveFaults = () =>
    download(
      exportFileName(workspace?.name ?? '', 'mappings left out', todayHere()),
      toCsv(
        ['line', 'source', 'target', 'relation', 'strength', 'reason'],
        faulty.map((row) => [row.line, row.from, row.to, row.relation, row.strength, row.fault]),
      ),
    );
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Import mappings"
      action={looked === null ? 'Choose a file' : writes === 0 ? 'Nothing to import' : `Import ${count(writes, 'mapping')}`}
      onAction={() => void write()}
      busy={busy}
      disabled={looked !== null && writes === 0}
      size={640}
    >
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.xlsx,.json"
        className="k-visually-hidden"
        tabIndex={-1}
        aria-label="File of mappings"
        data-testid="mapping-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file !== undefined) void read(file);
        }}
      />
      <p>
        From <strong>{called(from)}</strong> to <strong>{called(to)}</strong>. CSV or XLSX with the columns source, target and
        relation, and where known strength, rationale and said by; or an OSCAL mapping collection in JSON.
      </p>
      {counts === undefined ? null : (
        <dl className={css.figures} data-testid="mapping-counts">
          {(
            [
              ['new', counts.created],
              ['change', counts.updated],
              ['stay the same', counts.unchanged],
              ['left out', counts.refused],
            ] as const
          ).map(([word, number]) => (
            <div key={word}>
              <dd>{formatNumber(number)}</dd>
              <dt>{word}</dt>
            </div>
          ))}
        </dl>
      )}
      {faulty.length === 0 ? null : (
        <>
          <div className={css.faultHead}>
            <span>{count(faulty.length, 'line stays', 'lines stay')} out</span>
            <Button variant="subtle" leftSection={<Icon name="export" />} onClick={saveFaults}>
              Save them as CSV
            </Button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keys */}
          <ul className={css.faults} tabIndex={0} aria-label="Lines that stay out">
            {faulty.slice(0, 100).map((row) => (
              <li key={row.line}>
                <span className={css.line}>Line {row.line}</span> {row.fault}
              </li>
            ))}
          </ul>
        </>
      )}
      {looked === null ? null : (
        <Button variant="subtle" leftSection={<Icon name="file" />} onClick={() => input.current?.click()} disabled={busy}>
          Another file
        </Button>
      )}
      {failure === null ? null : <Failure error={failure} />}
    </Dialog>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  const words = errorWords(toErrorData(error));
  return (
    <p className={css.failure} role="alert">
      <Icon name="alert-filled" />
      <span>
        <strong>{words.title}.</strong> {words.text}
      </span>
    </p>
  );
}
