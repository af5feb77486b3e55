/** The frame of every dialog: scrim, title, way to close, and a layer of keys of its own. What it does is up to its content. */
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { ShortcutLayer } from '../lib/use-shortcuts';
import css from './DialogFrame.module.css';

export interface DialogFrameProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** Pixels. */
  readonly size: number;
  /** False where something under way or half-filled would be lost by a stray click. */
  readonly closeOnClickOutside?: boolean;
  /** The content draws its own head; the title is only said. */
  readonly bare?: boolean;
  /** Distance from the top; by itself in the middle. */
  readonly top?: number;
  readonly children: ReactNode;
}

/** The frame's own line above and below, which would make it scroll beside its body. */
const BORDER = 2;

export function DialogFrame(props: DialogFrameProps) {
  const { opened, onClose, title, size, closeOnClickOutside = true, bare = false, top, children } = props;
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={size}
      padding={0}
      centered={top === undefined}
      yOffset={top ?? 24}
      closeOnClickOutside={closeOnClickOutside}
    >
      <Modal.Overlay className={css.overlay} />
      <Modal.Content aria-label={bare ? title : undefined}>
        <ShortcutLayer>
          <div className={css.column} style={{ maxHeight: `calc(100dvh - ${2 * (top ?? 24) + BORDER}px)` }}>
            {bare ? null : (
              <div className={css.head}>
                <Modal.Title>{title}</Modal.Title>
                <Modal.CloseButton aria-label="Close" />
              </div>
            )}
            {children}
          </div>
        </ShortcutLayer>
      </Modal.Content>
    </Modal.Root>
  );
}
