/** A text block of the report where it stands: title and words, each saved as it is typed, merged with what others type in it. */
import { ActionIcon, Textarea, TextInput } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { recordsChanged } from '@renderer/lib/trpc';
import { useMemo, useState } from 'react';
import { SaveState } from '../drafts/SaveState';
import { SaveTrouble } from '../drafts/SaveTrouble';
import { useRecordDraft } from '../drafts/useRecordDraft';
import type { OwnBlock } from './ReportPage';
import css from './ReportTab.module.css';

interface Props {
  readonly block: OwnBlock;
  readonly autoFocus: boolean;
  readonly onFocus: () => void;
  readonly onRemove: () => void;
}

const ALSO = ['auditReports'] as const;

export function ReportBlock({ block, autoFocus, onFocus, onRemove }: Props) {
  const { title, content } = block;
  const stored = useMemo(() => ({ title, content }), [title, content]);
  const draft = useRecordDraft<{ title: string; content: string | null }>({
    entity: 'reportBlocks',
    row: block,
    stored,
    alsoChanged: ALSO,
  });
  // an empty title is not sent: it waits for words, and the last one stands when they do not come
  const [untitled, setUntitled] = useState(false);
  const leave = () => {
    setUntitled(false);
    void draft.flush().then(() => recordsChanged(ALSO));
  };
  return (
    <div className={css.own}>
      <div className={css.ownHead}>
        <TextInput
          className={css.ownTitle}
          aria-label="Title of the text block"
          value={untitled ? '' : draft.values.title}
          maxLength={255}
          error={untitled ? 'A block has a title' : undefined}
          autoFocus={autoFocus}
          onFocus={(event) => {
            onFocus();
            if (autoFocus) event.currentTarget.select();
          }}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setUntitled(text.trim() === '');
            if (text.trim() !== '') draft.change({ title: text });
          }}
          onBlur={leave}
        />
        <SaveState mark={draft.state} />
        <ActionIcon variant="subtle" aria-label={`Take out ${block.title}`} onClick={onRemove}>
          <Icon name="trash" size={14} />
        </ActionIcon>
      </div>
      <Textarea
        aria-label={`Text of ${block.title}`}
        autosize
        minRows={2}
        value={draft.values.content ?? ''}
        placeholder="Nothing yet. An empty block is not printed. **bold**, *italic* and - lists are drawn."
        onFocus={onFocus}
        onChange={(event) => draft.change({ content: event.currentTarget.value === '' ? null : event.currentTarget.value })}
        onBlur={leave}
      />
      <SaveTrouble draft={draft} entity="reportBlocks" />
    </div>
  );
}
