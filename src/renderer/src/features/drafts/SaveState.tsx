/** Whether what stands in the sheet is committed; said in one pill, so that "Saved" is never a guess. */
import { Pill } from '@renderer/components/Pill';
import { formatTime } from '@renderer/lib/format';
import type { SaveState as State } from './autosave';

export type SaveMark = State;

export function SaveState({ mark }: { readonly mark: SaveMark }) {
  return <span aria-live="polite">{pillOf(mark)}</span>;
}

function pillOf(mark: SaveMark) {
  switch (mark.kind) {
    case 'clean':
      return null;
    case 'dirty':
      return <Pill word="Not saved yet" tone="neutral" shape="pencil" />;
    case 'saving':
      return <Pill word="Saving" tone="underway" shape="circle-dashed" />;
    case 'saved':
      return <Pill word={`Saved ${formatTime(mark.at.toISOString(), true)}`} tone="good" shape="check" />;
    case 'conflict':
      return <Pill word="Needs your choice" tone="attention" shape="split" />;
    case 'failed':
      return <Pill word="Not saved" tone="bad" shape="alert" />;
  }
}
