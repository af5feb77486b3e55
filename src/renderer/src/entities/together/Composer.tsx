/** Writing a comment: `@` offers the people who may see the record, arrows choose, Ctrl Enter sends. */
import { Button, Textarea } from '@mantine/core';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { Avatar } from '../../components/Avatar';
import { KeyCap } from '../../components/KeyCap';
import css from './Composer.module.css';
import { type Mentionable, matching, mentionedIn, typedMention } from './mentions';

const OFFERED = 6;

export interface ComposerProps {
  readonly label: string;
  readonly action: string;
  readonly people: readonly Mentionable[];
  readonly initial?: string;
  readonly busy: boolean;
  readonly autoFocus?: boolean;
  /** True when it stands; the field is emptied then. */
  readonly onSend: (body: string, mentions: readonly string[]) => Promise<boolean>;
  readonly onCancel?: () => void;
  /** What is typed, so that it survives leaving the tab. */
  readonly onText?: (text: string) => void;
}

export function Composer(props: ComposerProps) {
  const { label, action, people, initial = '', busy, autoFocus = false, onSend, onCancel, onText } = props;
  const [text, setText] = useState(initial);
  const [typed, setTyped] = useState<ReturnType<typeof typedMention>>(null);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const offered = typed === null ? [] : matching(people, typed.words).slice(0, OFFERED);

  const write = (next: string) => {
    setText(next);
    onText?.(next);
  };
  const look = () => {
    const caret = field.current?.selectionStart ?? 0;
    setTyped(typedMention(field.current?.value ?? '', caret));
    setAt(0);
  };
  const choose = (person: Mentionable) => {
    if (typed === null) return;
    const end = typed.from + 1 + typed.words.length;
    const next = `${text.slice(0, typed.from)}@${person.name} ${text.slice(end)}`;
    const caret = typed.from + person.name.length + 2;
    write(next);
    setTyped(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(caret, caret);
    });
  };
  const send = async () => {
    if (busy || text.trim() === '') return;
    if (await onSend(text.trim(), mentionedIn(text, people))) write('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const person = offered[at];
    if (person !== undefined) {
      const step: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
      const by = step[event.key];
      if (by !== undefined) setAt((at + by + offered.length) % offered.length);
      else if (event.key === 'Enter' || event.key === 'Tab') choose(person);
      else if (event.key === 'Escape') setTyped(null);
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      void send();
    } else if (event.key === 'Escape' && onCancel !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    }
  };
  const open = offered.length > 0;
  return (
    <div className={css.composer}>
      <Textarea
        ref={field}
        aria-label={label}
        placeholder={`${label}; @ names somebody`}
        autosize
        minRows={2}
        maxRows={12}
        maxLength={20_000}
        value={text}
        data-autofocus={autoFocus || undefined}
        autoFocus={autoFocus}
        role="combobox"
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        aria-autocomplete="list"
        aria-activedescendant={open ? `${list}-${at}` : undefined}
        onChange={(event) => {
          write(event.currentTarget.value);
          look();
        }}
        onClick={look}
        onKeyDown={onKeyDown}
        onBlur={() => setTyped(null)}
      />
      {open ? (
        <div id={list} className={css.offer} role="listbox" aria-label="People who see this record">
          {offered.map((person, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field's keys choose
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
            <div
              key={person.id}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              className={css.person}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(person)}
            >
              <Avatar name={person.name} size={18} />
              {person.name}
            </div>
          ))}
        </div>
      ) : null}
      <div className={css.foot}>
        {onCancel === undefined ? null : (
          <Button variant="subtle" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button
          variant="filled"
          loading={busy}
          disabled={text.trim() === ''}
          title={text.trim() === '' ? 'Nothing is written yet' : undefined}
          onClick={() => void send()}
          rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
        >
          {action}
        </Button>
      </div>
    </div>
  );
}
