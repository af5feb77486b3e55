/** Search and commands in one field: records of the open tenant, then what one can do. Arrows move, Enter goes. */
import { useDebouncedValue } from '@mantine/hooks';
import { entityOf } from '@shared/entities/registry';
import type { SearchHit } from '@shared/wire/search';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Fragment, type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { DialogFrame } from '../../components/DialogFrame';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { TenantMark } from '../../components/TenantMark';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import { useRecent } from '../../lib/recent';
import { isAllowed } from '../../lib/rights';
import { currentSession, useWorkspace } from '../../lib/session';
import { signOut } from '../../lib/session-actions';
import { saveSettings } from '../../lib/settings';
import { shortcuts } from '../../lib/shortcuts';
import { trpc } from '../../lib/trpc';
import css from './CommandPalette.module.css';
import { allCommands, type Command, markWords, readQuery } from './commands';

const MOST_RECORDS = 24;
const MOST_RECENT = 5;
const MOST_COMMANDS = 6;

interface Row {
  readonly key: string;
  /** Heading; records stand under the name of their kind. */
  readonly group: string;
  readonly isRecord: boolean;
  readonly icon: string;
  readonly ref: string | null;
  readonly title: string;
  readonly note: string | undefined;
  readonly keys: string | undefined;
  readonly run: () => void;
}

function statusWord(hit: SearchHit): string {
  const definition = entityOf(hit.entity);
  const option = definition.states
    ? definition.fields[definition.states.field]?.options?.find((one) => one.value === hit.status)
    : undefined;
  return [definition.label.one.toLowerCase(), option?.label.toLowerCase()].filter(Boolean).join(', ');
}

/** Hits of one kind together, the kinds in the order of their best hit. */
export function byKind(hits: readonly SearchHit[]): readonly SearchHit[] {
  const kinds = [...new Set(hits.map(({ entity }) => entity))];
  return kinds.flatMap((kind) => hits.filter(({ entity }) => entity === kind));
}

function useRecords(text: string, wanted: boolean) {
  const [settled] = useDebouncedValue(text, 120);
  return useQuery({
    ...trpc.search.all.queryOptions({ text: settled }),
    enabled: wanted && settled !== '',
    placeholderData: keepPreviousData,
  });
}

export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const [input, setInput] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const { mode, text } = readQuery(input);
  const records = useRecords(text, mode !== 'commands' && workspace !== null);
  const recent = useRecent();
  // what the screen offers, before this dialog lay over it
  const [screen] = useState(() => shortcuts.screen());

  const leave = (act: () => void) => () => {
    onClose();
    act();
  };
  const hits = text === '' || mode === 'commands' ? [] : (records.data ?? []);
  const found = mode === 'reference' ? hits.filter((hit) => hit.ref?.toLowerCase().includes(text.toLowerCase())) : hits;
  const commands: readonly Command[] =
    mode === 'reference'
      ? []
      : allCommands({
          go: (path) => void navigate(path),
          functions: workspace?.functions ?? [],
          platform: currentSession()?.person?.platform ?? false,
          mayCreate: (entity) => isAllowed(workspace?.functions ?? [], entity, 'create'),
          setTheme: (theme) => void saveSettings({ theme }),
          signOut: () => void signOut(),
          text,
          screen,
          act: (shortcut) => void shortcut.run(new KeyboardEvent('keydown')),
        });
  const seen = mode === 'all' && text === '' ? recent.slice(0, MOST_RECENT) : [];
  const rows: readonly Row[] = [
    ...seen.map(
      ({ entity, id: recordId, title }): Row => ({
        key: `recent-${recordId}`,
        group: 'Recent',
        isRecord: true,
        icon: entityOf(entity).icon,
        ref: null,
        title,
        note: entityOf(entity).label.one.toLowerCase(),
        keys: undefined,
        run: leave(() => void navigate(`/r/${entity}/${recordId}`)),
      }),
    ),
    ...byKind(found.slice(0, MOST_RECORDS)).map(
      (hit): Row => ({
        key: `${hit.entity}-${hit.id}`,
        group: entityOf(hit.entity).label.many,
        isRecord: true,
        icon: entityOf(hit.entity).icon,
        ref: hit.ref,
        title: hit.title,
        note: statusWord(hit),
        keys: undefined,
        run: leave(() => void navigate(`/r/${hit.entity}/${hit.id}`)),
      }),
    ),
    ...commands.slice(0, mode === 'commands' ? commands.length : MOST_COMMANDS).map(
      (command): Row => ({
        key: command.key,
        group: 'Commands',
        isRecord: false,
        icon: command.icon,
        ref: null,
        title: command.label,
        note: command.note,
        keys: command.keys,
        run: leave(command.run),
      }),
    ),
  ];
  const current = Math.min(at, rows.length - 1);

  useEffect(() => {
    document.getElementById(`${id}-${current}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, current]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && rows.length > 0) {
      event.preventDefault();
      setAt((current + step + rows.length) % rows.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      rows[current]?.run();
    }
  };

  return (
    <DialogFrame opened onClose={onClose} title="Search or run a command" size={650} top={104} bare>
      <div className={css.head}>
        <Icon name="search" size={18} />
        <input
          className={css.input}
          value={input}
          onChange={(event) => {
            setInput(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          placeholder="Search records or run a command"
          aria-label="Search records or run a command"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={rows.length > 0 ? `${id}-${current}` : undefined}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        {workspace ? (
          <span className={css.tenant}>
            <TenantMark tenant={workspace} size={20} />
            in {workspace.name}
          </span>
        ) : null}
      </div>
      <div className={css.list} role="listbox" id={`${id}-list`} aria-label="Found">
        {rows.map((row, index) => (
          <Fragment key={row.key}>
            {rows[index - 1]?.group === row.group ? null : (
              <p className={css.group} role="presentation">
                {row.group}
              </p>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the combo box above has the keys */}
            <div
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className={css.row}
              onClick={row.run}
              onMouseMove={() => setAt(index)}
            >
              <Icon name={row.icon} />
              <span className={css.words}>
                {row.ref ? <strong className={css.ref}>{row.ref}</strong> : null}
                <span>
                  {row.isRecord
                    ? markWords(row.title, text).map((piece, place) =>
                        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text in their order
                        piece.hit ? <mark key={place}>{piece.text}</mark> : <span key={place}>{piece.text}</span>,
                      )
                    : row.title}
                </span>
                {row.note ? <span className={css.note}>{row.note}</span> : null}
              </span>
              {row.keys ? <KeyCap keys={row.keys} /> : index === current ? <KeyCap keys="Enter" /> : null}
            </div>
          </Fragment>
        ))}
        {rows.length === 0 && !records.isFetching ? (
          <p className={css.none} role="status">
            {records.isError
              ? errorWords(toErrorData(records.error)).title
              : text === ''
                ? 'Type a reference, for example F-031.'
                : `Nothing in ${workspace?.name ?? 'this tenant'} has “${text}”.`}
          </p>
        ) : null}
      </div>
      <div className={css.foot} aria-hidden="true">
        <span>
          <KeyCap keys="ArrowUp" /> <KeyCap keys="ArrowDown" /> move
        </span>
        <span>
          <KeyCap keys=">" /> commands only
        </span>
        <span>
          <KeyCap keys="#" /> by reference
        </span>
        <span>
          <KeyCap keys="Escape" /> close
        </span>
      </div>
    </DialogFrame>
  );
}
