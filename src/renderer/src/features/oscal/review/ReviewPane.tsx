/** A drafted outline, looked through before anything is written: entries are raised, lowered, merged, split, renamed, marked, dropped. */
import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { Icon } from '../../../components/Icon';
import { KeyCap } from '../../../components/KeyCap';
import { count } from '../../../lib/format';
import { useShortcuts } from '../../../lib/use-shortcuts';
import type { ReviewNode } from './detect';
import { change, demote, drop, mergeUp, promote, type ReviewList, split } from './edit';
import css from './ReviewPane.module.css';
import { RecordRows } from './RowsOfOutline';

export interface ReviewPaneProps {
  readonly draft: readonly ReviewNode[];
  readonly onDone: (nodes: readonly ReviewNode[]) => void;
}

/** Steps that can be taken back. */
const MOST_UNDO = 200;

export function ReviewPane({ draft, onDone }: ReviewPaneProps) {
  const [nodes, setNodes] = useState<ReviewList>(draft);
  const [past, setPast] = useState<readonly ReviewList[]>([]);
  const [at, setAt] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const nextKey = useRef(draft.length);
  const current = nodes[Math.min(at, nodes.length - 1)];

  const act = (next: ReviewList, place = at) => {
    if (next === nodes) return;
    setPast([...past.slice(-MOST_UNDO), nodes]);
    setNodes(next);
    setAt(Math.max(0, Math.min(next.length - 1, place)));
  };
  const undo = () => {
    const before = past.at(-1);
    if (before === undefined) return;
    setPast(past.slice(0, -1));
    setNodes(before);
  };
  const cut = () => {
    const offset = area.current?.selectionStart ?? 0;
    nextKey.current += 1;
    act(split(nodes, at, offset, nextKey.current), at + 1);
  };
  const assessed = nodes.filter((node) => node.assessable).length;
  useShortcuts('Outline', [
    { keys: 'Alt+ArrowLeft', label: 'Raise the entry', hint: 'raise', run: () => act(promote(nodes, at)) },
    { keys: 'Alt+ArrowRight', label: 'Lower the entry', hint: 'lower', run: () => act(demote(nodes, at)) },
    { keys: 'M', label: 'Merge into the entry above', hint: 'merge', run: () => act(mergeUp(nodes, at), at - 1) },
    {
      keys: 'A',
      label: 'Assessed or not',
      hint: 'assessed',
      run: () => act(change(nodes, at, { assessable: current?.assessable !== true })),
    },
    { keys: 'Delete', label: 'Drop the entry', hint: 'drop', run: () => act(drop(nodes, at)) },
    { keys: 'Ctrl+Z', label: 'Take the last step back', run: undo },
    { keys: 'Ctrl+Enter', label: 'Go on to the trial run', enabled: nodes.length > 0, run: () => onDone(nodes) },
  ]);
  return (
    <div className={css.review} data-testid="outline-review">
      <div className={css.split}>
        <RecordRows nodes={nodes} current={at} onCurrent={setAt} />
        <section className={css.editor} aria-label="Entry" data-pane="Entry">
          {current === undefined ? (
            <p className={css.second}>Nothing is left of the document.</p>
          ) : (
            <>
              <div className={css.acts}>
                <Button variant="default" onClick={() => act(promote(nodes, at))} disabled={current.depth === 0}>
                  Raise
                </Button>
                <Button variant="default" onClick={() => act(demote(nodes, at))}>
                  Lower
                </Button>
                <Button variant="default" onClick={() => act(mergeUp(nodes, at), at - 1)} disabled={at === 0}>
                  Merge up
                </Button>
                <Button variant="default" onClick={cut} disabled={current.text === ''}>
                  Split at the cursor
                </Button>
                <Button variant="default" onClick={() => act(drop(nodes, at))}>
                  Drop
                </Button>
                <Button variant="subtle" onClick={undo} disabled={past.length === 0} leftSection={<Icon name="history" />}>
                  Undo
                </Button>
              </div>
              <div className={css.pair}>
                <TextInput
                  label="Reference"
                  maxLength={100}
                  value={current.ref}
                  onChange={(event) => act(change(nodes, at, { ref: event.currentTarget.value }))}
                />
                <TextInput
                  label="Title"
                  maxLength={500}
                  value={current.title}
                  onChange={(event) => act(change(nodes, at, { title: event.currentTarget.value }))}
                />
              </div>
              <Textarea
                ref={area}
                label="Text"
                autosize
                minRows={6}
                maxRows={18}
                value={current.text}
                onChange={(event) => act(change(nodes, at, { text: event.currentTarget.value }))}
              />
              <Checkbox
                label="Assessed: it asks for something"
                checked={current.assessable}
                onChange={(event) => act(change(nodes, at, { assessable: event.currentTarget.checked }))}
              />
              <p className={css.second}>{current.place} of the document</p>
            </>
          )}
        </section>
      </div>
      <div className={css.foot}>
        <span className={css.second} aria-live="polite">
          {count(nodes.length, 'entry', 'entries')}, {count(assessed, 'requirement')} assessed. Nothing has been written.
        </span>
        <Button
          size="lg"
          variant="filled"
          disabled={nodes.length === 0}
          onClick={() => onDone(nodes)}
          rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
        >
          Go on to the trial run
        </Button>
      </div>
    </div>
  );
}
