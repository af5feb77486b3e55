/**
 * Where Markdown is written: a plain field with its toolbar and keys, the text as it is read beside it, and what the field can be told
 * from outside. What keys and buttons do is written through the browser's own editing, so that Ctrl Z takes it back.
 */
import { Tooltip } from '@mantine/core';
import {
  type KeyboardEvent,
  type Ref,
  useDeferredValue,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Icon } from '../Icon';
import { KeyCap } from '../KeyCap';
import { MarkdownText } from '../MarkdownText';
import { continued, indent, insertLink, insertTable, toggleHeading, toggleLines, toggleMark, type Written } from './editing';
import css from './MarkdownEditor.module.css';

export type EditorLook = 'split' | 'write' | 'read';

export interface EditorHandle {
  /** Puts the caret there and brings it into sight, in the field and beside it. */
  goTo(place: { readonly offset: number; readonly line: number }): void;
}

export interface MarkdownEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** The field was left: what waits is sent. */
  readonly onLeave: () => void;
  readonly look: EditorLook;
  readonly maxLength: number;
  readonly describedBy?: string;
  readonly ref?: Ref<EditorHandle>;
}

interface Tool {
  readonly key: string;
  readonly label: string;
  readonly icon: string;
  /** As the keys are shown. */
  readonly keys: string;
  /** The key's physical place, so that it is found on every keyboard; with Ctrl, and Shift or Alt where `keys` says so. */
  readonly code: string;
  readonly act: (written: Written) => Written;
  /** A line before it in the toolbar. */
  readonly apart?: boolean;
}

const TOOLS: readonly Tool[] = [
  { key: 'bold', label: 'Bold', icon: 'bold', keys: 'Ctrl+B', code: 'KeyB', act: (w) => toggleMark(w, '**') },
  { key: 'italic', label: 'Italic', icon: 'italic', keys: 'Ctrl+I', code: 'KeyI', act: (w) => toggleMark(w, '*') },
  {
    key: 'h1',
    label: 'Heading 1',
    icon: 'heading-1',
    keys: 'Ctrl+Alt+1',
    code: 'Digit1',
    act: (w) => toggleHeading(w, 1),
    apart: true,
  },
  { key: 'h2', label: 'Heading 2', icon: 'heading-2', keys: 'Ctrl+Alt+2', code: 'Digit2', act: (w) => toggleHeading(w, 2) },
  { key: 'h3', label: 'Heading 3', icon: 'heading-3', keys: 'Ctrl+Alt+3', code: 'Digit3', act: (w) => toggleHeading(w, 3) },
  {
    key: 'bullet',
    label: 'List',
    icon: 'list',
    keys: 'Ctrl+Shift+8',
    code: 'Digit8',
    act: (w) => toggleLines(w, 'bullet'),
    apart: true,
  },
  {
    key: 'ordered',
    label: 'Numbered list',
    icon: 'list-numbers',
    keys: 'Ctrl+Shift+7',
    code: 'Digit7',
    act: (w) => toggleLines(w, 'ordered'),
  },
  { key: 'quote', label: 'Quotation', icon: 'quote', keys: 'Ctrl+Shift+9', code: 'Digit9', act: (w) => toggleLines(w, 'quote') },
  { key: 'link', label: 'Link', icon: 'link', keys: 'Ctrl+Shift+L', code: 'KeyL', act: insertLink, apart: true },
  { key: 'table', label: 'Table', icon: 'table', keys: 'Ctrl+Alt+T', code: 'KeyT', act: insertTable },
];

const fits = (tool: Tool, event: KeyboardEvent) =>
  event.code === tool.code &&
  (event.ctrlKey || event.metaKey) &&
  event.shiftKey === tool.keys.includes('Shift') &&
  event.altKey === tool.keys.includes('Alt');

export function MarkdownEditor(props: MarkdownEditorProps) {
  const { label, value, onChange, onLeave, look, maxLength, describedBy, ref } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const preview = useRef<HTMLElement>(null);
  const ids = useId();
  const shown = useDeferredValue(value);

  useImperativeHandle(ref, () => ({
    goTo({ offset, line }) {
      const element = field.current;
      if (element !== null && element.offsetParent !== null) {
        // the browser brings a caret into sight when its field takes the focus
        element.blur();
        element.setSelectionRange(offset, offset);
        element.focus();
        scrollToOffset(element, offset);
      }
      const heading = document.getElementById(`${ids}-${line}`);
      heading?.scrollIntoView({ block: 'start' });
      if (element === null || element.offsetParent === null) heading?.focus({ preventScroll: true });
    },
  }));

  const apply = (act: (written: Written) => Written | null): boolean => {
    const element = field.current;
    if (element === null) return false;
    const before: Written = { text: element.value, start: element.selectionStart, end: element.selectionEnd };
    const after = act(before);
    if (after === null || after.text.length > maxLength) return false;
    element.focus();
    write(element, before.text, after.text);
    element.setSelectionRange(after.start, after.end);
    return true;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const tool = TOOLS.find((each) => fits(each, event));
    const moved = event.ctrlKey && !event.altKey && !event.shiftKey && (event.key === ']' || event.key === '[');
    const taken =
      tool !== undefined
        ? apply(tool.act)
        : moved
          ? apply((written) => indent(written, event.key === ']' ? 1 : -1))
          : event.key === 'Enter' && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.nativeEvent.isComposing
            ? apply(continued)
            : false;
    if (!taken) return;
    event.preventDefault();
    event.stopPropagation();
  };

  useKeptCaret(field, value);

  return (
    <div className={css.editor} data-look={look}>
      {look === 'read' ? null : (
        <div className={css.write}>
          <Tools label={label} onTool={(tool) => apply(tool.act)} />
          <textarea
            ref={field}
            className={css.field}
            aria-label={label}
            aria-describedby={describedBy}
            spellCheck
            maxLength={maxLength}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={onLeave}
          />
        </div>
      )}
      {look === 'write' ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section ref={preview} className={css.read} aria-label={`${label} as it is read`} tabIndex={0}>
          <div className={css.measure}>
            {shown.trim() === '' ? (
              <p className={css.nothing}>Nothing is written yet.</p>
            ) : (
              <MarkdownText text={shown} top={2} headingIds={ids} />
            )}
          </div>
        </section>
      )}
    </div>
  );
}

/** One stop for Tab; arrows go from button to button (the toolbar pattern of the ARIA practices). */
function Tools({ label, onTool }: { readonly label: string; readonly onTool: (tool: Tool) => void }) {
  const [current, setCurrent] = useState(0);
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const to: Readonly<Record<string, number>> = {
      ArrowRight: current + 1,
      ArrowLeft: current - 1,
      Home: 0,
      End: TOOLS.length - 1,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const at = (next + TOOLS.length) % TOOLS.length;
    setCurrent(at);
    bar.current?.querySelectorAll<HTMLElement>('button')[at]?.focus();
  };
  return (
    <div ref={bar} className={css.tools} role="toolbar" aria-label={`Marks of ${label.toLowerCase()}`} onKeyDown={onKeyDown}>
      {TOOLS.map((tool, at) => (
        <Tooltip key={tool.key} label={<Tip label={tool.label} keys={tool.keys} />} openDelay={300}>
          <button
            type="button"
            className={css.tool}
            data-apart={tool.apart || undefined}
            aria-label={tool.label}
            aria-keyshortcuts={tool.keys.replace('Ctrl', 'Control')}
            tabIndex={at === current ? 0 : -1}
            onFocus={() => setCurrent(at)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTool(tool)}
          >
            <Icon name={tool.icon} size={16} />
          </button>
        </Tooltip>
      ))}
    </div>
  );
}

function Tip({ label, keys }: { readonly label: string; readonly keys: string }) {
  return (
    <span className={css.tip}>
      {label} <KeyCap keys={keys} joined />
    </span>
  );
}

/** Replaces only what differs, as if it were typed. */
function write(element: HTMLTextAreaElement, before: string, after: string): void {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from += 1;
  let end = 0;
  while (
    end < before.length - from &&
    end < after.length - from &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  element.setSelectionRange(from, before.length - end);
  const piece = after.slice(from, after.length - end);
  if (piece === '') document.execCommand('delete');
  else document.execCommand('insertText', false, piece);
}

/** Where the text changes from outside (theirs was merged in), the caret stays at its words. */
function useKeptCaret(field: React.RefObject<HTMLTextAreaElement | null>, value: string): void {
  const last = useRef({ value, start: 0, end: 0 });
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    const remember = () => {
      last.current = { value: element.value, start: element.selectionStart, end: element.selectionEnd };
    };
    document.addEventListener('selectionchange', remember);
    element.addEventListener('input', remember);
    return () => {
      document.removeEventListener('selectionchange', remember);
      element.removeEventListener('input', remember);
    };
  }, [field]);
  useLayoutEffect(() => {
    const element = field.current;
    const { value: before, start, end } = last.current;
    if (element === null || before === value || document.activeElement !== element) return;
    let same = 0;
    while (same < before.length && same < value.length && before[same] === value[same]) same += 1;
    const grown = value.length - before.length;
    const moved = (at: number) => (at <= same ? at : Math.max(same, at + grown));
    element.setSelectionRange(moved(start), moved(end));
    last.current = { value, start: moved(start), end: moved(end) };
  }, [field, value]);
}

/** Brings the line of an offset near the top of a field, measured by a copy of the text above it. */
function scrollToOffset(element: HTMLTextAreaElement, offset: number): void {
  const style = getComputedStyle(element);
  const copy = document.createElement('div');
  copy.setAttribute('aria-hidden', 'true');
  copy.className = css.measuring ?? '';
  copy.style.width = `${element.clientWidth}px`;
  copy.style.padding = style.padding;
  copy.style.font = style.font;
  copy.textContent = `${element.value.slice(0, offset)}\u200b`;
  element.parentElement?.append(copy);
  element.scrollTop = Math.max(
    0,
    copy.scrollHeight - Number.parseFloat(style.lineHeight) * 2 - Number.parseFloat(style.paddingBottom),
  );
  copy.remove();
}
