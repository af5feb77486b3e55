/** A record made from another one, with the parts that somebody ticks; and a record kept as a template for new ones. */
import { Checkbox, TextInput } from '@mantine/core';
import { copiedFields, copiedTitle } from '@shared/entities/copying';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Dialog } from '../../components/Dialog';
import { trpcClient } from '../../lib/trpc';
import type { DetailExtraProps } from '../detail/extras';
import { detailPath } from '../paths';
import { useCircle, useSending } from './circle';

type Given = Omit<DetailExtraProps, 'onTab'> & { readonly onClose: () => void };

export function CopyDialog({ name, definition, record, called, onClose }: Given) {
  const navigate = useNavigate();
  const { row } = record;
  const circle = useCircle(name, row.id);
  const { busy, send } = useSending(name);
  const [title, setTitle] = useState(copiedTitle(definition, row));
  const [parts, setParts] = useState<readonly string[]>([]);
  const one = definition.label.one.toLowerCase();
  const offered = (definition.copy ? (definition.copy.children ?? []) : []).flatMap((key) => {
    const relation = definition.children.find((each) => `${each.entity}.${each.field}` === key);
    const total = circle.data?.referredBy.find((each) => `${each.entity}.${each.field}` === key)?.total ?? 0;
    return relation === undefined || total === 0 ? [] : [{ key, label: `${relation.label} (${total})` }];
  });
  const begins = copiedFields(definition);
  const afresh = Object.entries(definition.fields)
    .filter(([key, field]) => field.writable !== 'never' && !begins.includes(key) && field.kind !== 'json')
    .map(([, field]) => field.label.toLowerCase());
  const copy = async () => {
    let made = '';
    const stands = await send(
      { copy: row.id, title, parts },
      async (opId) => {
        const asked = { opId, entity: name, recordId: row.id, copyId: opId, title, children: [...parts] };
        made = (await trpcClient.collab.copy.mutate(asked)).id;
      },
      `A copy of ${called} is made`,
      'No copy is made',
    );
    if (!stands) return;
    onClose();
    await navigate(detailPath(name, made));
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Duplicate ${called}`}
      action={`Make the ${one}`}
      onAction={() => void copy()}
      busy={busy}
      disabled={title !== null && title.trim() === ''}
    >
      {title === null ? null : (
        <TextInput
          label={definition.fields[definition.titleField]?.label}
          value={title}
          maxLength={definition.fields[definition.titleField]?.maxLength}
          data-autofocus
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
      )}
      {offered.map(({ key, label }) => (
        <Checkbox
          key={key}
          label={`With its ${label.toLowerCase()}`}
          checked={parts.includes(key)}
          onChange={() => setParts(parts.includes(key) ? parts.filter((each) => each !== key) : [...parts, key])}
        />
      ))}
      {afresh.length === 0 ? null : <p>Begins afresh: {afresh.join(', ')}.</p>}
    </Dialog>
  );
}

export function TemplateDialog({ name, definition, record, called, onClose }: Given) {
  const { busy, send } = useSending(name);
  const [words, setWords] = useState('');
  const keep = async () => {
    const stands = await send(
      { template: words },
      (opId) =>
        trpcClient.collab.keepTemplate.mutate({
          opId,
          entity: name,
          recordId: record.row.id,
          templateId: opId,
          name: words.trim(),
        }),
      `“${words.trim()}” is a template now`,
      'The template is not kept',
    );
    if (stands) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Keep ${called} as a template`}
      action="Keep the template"
      onAction={() => void keep()}
      busy={busy}
      disabled={words.trim() === ''}
    >
      <TextInput
        label="Name of the template"
        description={`Offered to everybody who makes ${definition.label.many.toLowerCase()}`}
        maxLength={120}
        value={words}
        data-autofocus
        onChange={(event) => setWords(event.currentTarget.value)}
      />
    </Dialog>
  );
}
