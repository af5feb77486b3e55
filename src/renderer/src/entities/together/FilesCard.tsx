/** Files and links beside a record: taken into the vault, with size and hash, shown where their bytes lie. */
import { ActionIcon, Button, FileButton, TextInput } from '@mantine/core';
import type { Attachment } from '@shared/wire/collab';
import { lazy, Suspense, useState } from 'react';
import { Card } from '../../components/Card';
import { Dialog } from '../../components/Dialog';
import { HashText } from '../../components/HashText';
import { Icon } from '../../components/Icon';
import { bridge } from '../../lib/bridge';
import { formatBytes, formatInstant } from '../../lib/format';
import { trpcClient } from '../../lib/trpc';
import { usePeople } from '../api';
import type { DetailExtraProps } from '../detail/extras';
import { useCircle, useSending } from './circle';
import css from './FilesCard.module.css';

const EvidencePreview = lazy(async () => ({
  default: (await import('../../features/fieldwork/EvidencePreview')).EvidencePreview,
}));

export function FilesCard({ name, record, called }: DetailExtraProps) {
  const { id } = record.row;
  const circle = useCircle(name, id);
  const people = usePeople();
  const { busy, send } = useSending(name);
  const [linking, setLinking] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const may = record.may.update && !record.archived;
  const attachments = circle.data?.attachments ?? [];
  if (attachments.length === 0 && !may) return null;

  const take = async (files: readonly File[]) => {
    for (const file of files) {
      const content = { file: file.name, size: file.size, changed: file.lastModified };
      await send(
        content,
        async (opId) => {
          const { grantId } = await bridge().grantFile(file);
          await trpcClient.collab.attachFile.mutate({ opId, entity: name, recordId: id, attachmentId: opId, grantId });
        },
        `${file.name} is kept with ${called}`,
        `${file.name} is not kept`,
      );
    }
  };
  const takeOff = (attachment: Attachment) =>
    send(
      { off: attachment.id },
      (opId) => trpcClient.collab.detach.mutate({ opId, entity: name, recordId: id, attachmentId: attachment.id }),
      `${attachment.name} is taken off`,
      `${attachment.name} stays`,
    );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first
    <div
      className={css.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!may) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!may) return;
        event.preventDefault();
        setOver(false);
        void take([...event.dataTransfer.files]);
      }}
    >
      <Card
        title="Files and links"
        note={attachments.length === 0 ? undefined : String(attachments.length)}
        flush={attachments.length > 0}
        actions={
          may ? (
            <>
              <Button variant="subtle" leftSection={<Icon name="link" />} onClick={() => setLinking(true)}>
                Add a link
              </Button>
              <FileButton multiple onChange={(files) => void take(files)}>
                {(props) => (
                  <Button {...props} leftSection={<Icon name="paperclip" />} loading={busy}>
                    Add files
                  </Button>
                )}
              </FileButton>
            </>
          ) : undefined
        }
      >
        {attachments.length === 0 ? (
          <p className={css.none}>None yet. Drop files here; they are sealed in the vault of this laptop.</p>
        ) : (
          <ul className={css.list}>
            {attachments.map((attachment) => (
              <li key={attachment.id} className={css.row}>
                <Icon
                  name={
                    attachment.kind === 'link' ? 'link' : (attachment.mediaType ?? '').startsWith('image/') ? 'photo' : 'file'
                  }
                />
                <span className={css.name}>
                  {attachment.kind === 'link' ? (
                    <button
                      type="button"
                      className={css.open}
                      onClick={() => void trpcClient.app.openLink.mutate({ url: attachment.url ?? '' })}
                    >
                      {attachment.name}
                    </button>
                  ) : (
                    <button
                      type="button"
                      className={css.open}
                      disabled={!attachment.here}
                      title={attachment.here ? undefined : 'The bytes lie on the laptop that took them'}
                      onClick={() => setShown(attachment.id)}
                    >
                      {attachment.name}
                    </button>
                  )}
                  <span className={css.facts}>
                    {attachment.kind === 'link' ? attachment.url : formatBytes(attachment.sizeBytes ?? 0)}
                    {attachment.kind === 'file' && !attachment.here ? ' · on another laptop' : ''}
                  </span>
                </span>
                {attachment.sha256 === null ? <span /> : <HashText hash={attachment.sha256} />}
                <span className={css.who}>
                  {(attachment.createdBy === null ? null : people.name(attachment.createdBy)) ?? 'Unknown person'}
                  <br />
                  {formatInstant(attachment.createdAt)}
                </span>
                {may ? (
                  <ActionIcon aria-label={`Take ${attachment.name} off`} onClick={() => void takeOff(attachment)}>
                    <Icon name="x" />
                  </ActionIcon>
                ) : (
                  <span />
                )}
              </li>
            ))}
          </ul>
        )}
      </Card>
      {linking ? <LinkDialog {...{ name, id, called }} onClose={() => setLinking(false)} /> : null}
      {shown === null ? null : (
        <Suspense fallback={null}>
          <EvidencePreview files={attachments.flatMap(fileOf)} fileId={shown} onShow={setShown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </div>
  );
}

/** What the preview needs of a file whose bytes are here. */
function fileOf({ id, kind, here, name, sha256, sizeBytes, createdAt }: Attachment) {
  return kind === 'file' && here && sha256 !== null ? [{ id, fileName: name, sha256, sizeBytes: sizeBytes ?? 0, createdAt }] : [];
}

interface LinkDialogProps {
  readonly name: DetailExtraProps['name'];
  readonly id: string;
  readonly called: string;
  readonly onClose: () => void;
}

function LinkDialog({ name, id, called, onClose }: LinkDialogProps) {
  const { busy, send } = useSending(name);
  const [url, setUrl] = useState('');
  const [words, setWords] = useState('');
  const fault = url.trim() !== '' && !/^https:\/\/\S+$/.test(url.trim()) ? 'Begins with https:// and has no spaces' : null;
  const add = async () => {
    const link = { url: url.trim(), name: words.trim() === '' ? url.trim().slice(0, 255) : words.trim() };
    const stands = await send(
      link,
      (opId) => trpcClient.collab.attachLink.mutate({ opId, entity: name, recordId: id, attachmentId: opId, ...link }),
      `The link is kept with ${called}`,
      'The link is not kept',
    );
    if (stands) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Add a link to ${called}`}
      action="Add the link"
      onAction={() => void add()}
      busy={busy}
      disabled={url.trim() === '' || fault !== null}
    >
      <TextInput
        label="Address"
        placeholder="https://"
        value={url}
        error={fault}
        data-autofocus
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput
        label="Name"
        description="What it is called in the list"
        maxLength={255}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
    </Dialog>
  );
}
