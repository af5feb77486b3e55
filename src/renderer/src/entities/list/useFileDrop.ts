/** A file that is dropped on a list goes to the screen that imports it. */
import { type DragEvent, useState } from 'react';
import { handFile } from '../../lib/handed-file';

export interface FileDrop {
  /** A file hangs over the list. */
  readonly over: boolean;
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: () => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

/** `path` is the address of the screen that takes it, null where files are not taken; `go` opens it. */
export function useFileDrop(path: string | null, go: (path: string) => void): FileDrop {
  const [over, setOver] = useState(false);
  const hasFile = (event: DragEvent) => [...event.dataTransfer.types].includes('Files');
  return {
    over,
    handlers: {
      onDragOver(event) {
        if (path === null || !hasFile(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: () => setOver(false),
      onDrop(event) {
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (path === null || file === undefined) return;
        event.preventDefault();
        handFile(path, file);
        go(path);
      },
    },
  };
}
