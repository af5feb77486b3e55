/** Text out of a file: what it becomes and what could not be kept are shown before it takes the place of the present text. */
import { Button } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { Icon } from '@renderer/components/Icon';
import { MarkdownText } from '@renderer/components/MarkdownText';
import { countWords } from '@renderer/components/markdown/editing';
import { Refusal } from '@renderer/components/Refusal';
import { count } from '@renderer/lib/format';
import { useRef, useState } from 'react';
import css from './ImportTextDialog.module.css';
import { type FileText, readTextFile } from './readText';

interface ImportTextDialogProps {
  readonly present: string;
  readonly onClose: () => void;
  readonly onTake: (text: string) => void;
}

export function ImportTextDialog({ present, onClose, onTake }: ImportTextDialogProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const [found, setFound] = useState<FileText | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [reading, setReading] = useState(false);
  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    setReading(true);
    setFailure(null);
    setFound(null);
    try {
      setFound(await readTextFile(file));
    } catch (error) {
      setFailure(error);
    } finally {
      setReading(false);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Take the text from a file"
      action={present.trim() === '' ? 'Take this text' : 'Replace the text'}
      onAction={() => found !== null && onTake(found.text)}
      disabled={found === null}
      size={720}
    >
      <p className={css.words}>
        A Word document (.docx), Markdown or plain text, at most 20 MB. Headings, lists, tables, bold and italic are kept.
        {present.trim() === '' ? '' : ' It takes the place of what stands here now; the history keeps that.'}
      </p>
      <input
        ref={chooser}
        type="file"
        className="k-visually-hidden"
        tabIndex={-1}
        aria-label="File with the text"
        accept=".docx,.md,.markdown,.txt"
        onChange={(event) => void read(event.currentTarget.files?.[0])}
      />
      <Button
        className={css.choose}
        leftSection={<Icon name="upload" />}
        loading={reading}
        data-autofocus
        onClick={() => {
          if (chooser.current !== null) chooser.current.value = '';
          chooser.current?.click();
        }}
      >
        {found === null ? 'Choose a file' : 'Choose another file'}
      </Button>
      {failure === null ? null : <Refusal error={failure} />}
      {found === null ? null : (
        <>
          <p className={css.words}>
            <strong>{found.fileName}</strong>, {count(countWords(found.text), 'word')}
          </p>
          {found.notes.length === 0 ? (
            <p className={css.kept}>
              <Icon name="check" size={14} /> Everything in it is kept.
            </p>
          ) : (
            <div className={css.left}>
              <strong>Could not be kept</strong>
              <ul>
                {found.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            </div>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className={css.preview} tabIndex={0} aria-label="The text as it is read">
            <MarkdownText text={found.text} top={3} />
          </section>
        </>
      )}
    </Dialog>
  );
}
