/** What the file holds and what it would change, with its tree and the text of the current node, before anything is written. */

import { Button, TextInput } from '@mantine/core';
import { optionLabel } from '@shared/entities/option-label';
import { entityOf } from '@shared/entities/registry';
import type { CatalogNode, CatalogOptions, CatalogPreview } from '@shared/wire/oscal';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { Card } from '../../components/Card';
import { HashText } from '../../components/HashText';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Pill } from '../../components/Pill';
import { detailPath } from '../../entities/paths';
import { TreeView } from '../../entities/tree/TreeView';
import { useTree } from '../../entities/tree/useTree';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import { count, formatInstant, formatNumber } from '../../lib/format';
import { useShortcuts } from '../../lib/use-shortcuts';
import { type CatalogItem, catalogItems, changedOnly } from './catalogTree';
import { otherVersion, SourceOptions } from './SourceOptions';
import css from './TrialRun.module.css';

export interface TrialRunProps {
  readonly preview: CatalogPreview;
  readonly options: CatalogOptions;
  readonly busy: boolean;
  /** Why the last attempt to write did not succeed. */
  readonly failure: unknown;
  readonly onChange: (options: CatalogOptions) => void;
  readonly onBringIn: () => void;
}

const textOf = (item: CatalogItem) => item.found;

const CHANGES = {
  created: { word: 'New', tone: 'good', shape: 'plus' },
  updated: { word: 'Changed', tone: 'underway', shape: 'pencil' },
  unchanged: { word: 'Same', tone: 'neutral', shape: 'equal' },
} as const;

export function changesNothing(preview: CatalogPreview): boolean {
  const { created, updated, removed = 0 } = preview.changed;
  return created + updated + removed === 0;
}

export function TrialRun({ preview, options, busy, failure, onChange, onBringIn }: TrialRunProps) {
  const { created, updated, unchanged, removed = 0 } = preview.changed;
  const same = changesNothing(preview);
  const total = preview.counts.groups + preview.counts.controls + preview.counts.enhancements + preview.counts.parts;
  return (
    <div className={css.columns} data-testid="trial-run">
      <div className={css.file}>
        <FileCard preview={preview} />
        {preview.facts === null && otherVersion(preview) === null ? null : (
          <SourceOptions preview={preview} options={options} onChange={onChange} />
        )}
      </div>
      <div className={css.main}>
        <div className={css.figures}>
          <Figure number={created} word="new" tone="good" />
          <Figure number={updated} word="change" tone="underway" />
          <Figure number={unchanged} word="stay the same" tone="neutral" />
          {removed > 0 ? <Figure number={removed} word="are archived" tone="attention" /> : null}
        </div>
        <Browser preview={preview} />
        {failure === null ? null : <Failure error={failure} />}
        <div className={css.foot}>
          <span className={css.footText}>
            {same
              ? 'Everything in this file is here already. Importing it changes nothing.'
              : removed > 0
                ? `${count(removed, 'requirement is', 'requirements are')} no longer in the file and will be archived, never deleted.`
                : 'All of it is written in one step, or nothing.'}
          </span>
          <Button
            variant="filled"
            size="lg"
            onClick={onBringIn}
            loading={busy}
            rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
          >
            {same ? 'Import, nothing changes' : `Import ${formatNumber(total)} entries`}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Figure({ number, word, tone }: { readonly number: number; readonly word: string; readonly tone: string }) {
  return (
    <p className={css.figure}>
      <span className={css.number}>{formatNumber(number)}</span>
      <span className={css.word} data-tone={tone}>
        {word}
      </span>
    </p>
  );
}

function FileCard({ preview }: { readonly preview: CatalogPreview }) {
  const { counts, existing } = preview;
  const rows: readonly (readonly [string, number])[] = [
    ['Families', counts.groups],
    ['Requirements', counts.controls],
    ['Enhancements', counts.enhancements],
    ['Parts', counts.parts],
  ];
  return (
    <Card title="The regulation">
      <h3 className={css.title}>{preview.title}</h3>
      <dl className={css.facts}>
        <dt>Version</dt>
        <dd>{preview.version}</dd>
        {preview.oscalVersion === null ? null : (
          <>
            <dt>OSCAL</dt>
            <dd>{preview.oscalVersion}</dd>
            <dt>Last changed</dt>
            <dd>{preview.lastModified === null ? 'not said' : formatInstant(preview.lastModified)}</dd>
          </>
        )}
        <dt>SHA-256</dt>
        <dd>
          <HashText hash={preview.sha256} />
        </dd>
        <dt>Here as</dt>
        <dd>
          {existing === null ? (
            preview.earlier === null ? (
              'a new regulation'
            ) : (
              `a draft that supersedes version ${preview.earlier.version ?? '–'}`
            )
          ) : (
            <Link to={detailPath('regulations', existing.id)}>
              {[existing.name, existing.version].filter(Boolean).join(', ')}
            </Link>
          )}
        </dd>
      </dl>
      <table className={css.counts}>
        <caption className="k-visually-hidden">What the file holds</caption>
        <tbody>
          {rows.map(([label, number]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td data-testid={`count-${label.toLowerCase()}`}>{formatNumber(number)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Browser({ preview }: { readonly preview: CatalogPreview }) {
  const box = useRef<HTMLInputElement>(null);
  const [onlyChanges, setOnlyChanges] = useState(false);
  const all = useMemo(() => catalogItems(preview.tree), [preview]);
  const items = useMemo(() => (onlyChanges ? changedOnly(all) : all), [all, onlyChanges]);
  const state = useTree(items, textOf);
  const current = state.current === null ? undefined : state.tree.byId.get(state.current);
  const { created, updated } = preview.changed;
  const mixed = preview.changed.unchanged > 0 && created + updated > 0;
  useShortcuts('Import', [{ keys: '/', label: 'Find in the file', run: () => box.current?.focus() }]);
  return (
    <div className={css.browser}>
      <div className={css.left}>
        <div className={css.tools}>
          <TextInput
            ref={box}
            className={css.find}
            type="search"
            leftSection={<Icon name="search" />}
            rightSection={<KeyCap keys="/" />}
            placeholder="Find in the file"
            aria-label="Find in the file"
            value={state.find}
            onChange={(event) => state.setFind(event.currentTarget.value)}
          />
          <Button variant="subtle" onClick={() => state.openAll(true)}>
            Open all
          </Button>
          {mixed ? (
            <Button
              variant={onlyChanges ? 'light' : 'subtle'}
              aria-pressed={onlyChanges}
              onClick={() => setOnlyChanges(!onlyChanges)}
            >
              Only changes
            </Button>
          ) : null}
        </div>
        <div className={css.tree}>
          <TreeView
            label="Catalogue"
            rows={state.rows}
            current={state.current}
            onCurrent={state.setCurrent}
            onToggle={state.toggle}
          >
            {({ item }) => (
              <>
                <span className={css.ref}>{item.node.refId}</span>
                <span className={css.name}>{item.node.title}</span>
                <span className={css.mark}>
                  <Pill {...CHANGES[item.node.change]} bare />
                </span>
              </>
            )}
          </TreeView>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by keys */}
      <section className={css.right} data-pane="Text" aria-label="Text of the entry" tabIndex={0}>
        {current === undefined ? null : <NodeText node={current.node} />}
      </section>
    </div>
  );
}

function NodeText({ node }: { readonly node: CatalogNode }) {
  const kind = optionLabel(entityOf('requirements').fields.kind?.options, node.kind);
  return (
    <article className={css.text} aria-label={`${node.refId} ${node.title}`}>
      <p className={css.kind}>
        {kind}
        {node.parts > 0 ? `, ${count(node.parts, 'part')}` : ''}
        {node.children.length > 0 ? `, ${count(node.children.length, 'entry', 'entries')} below` : ''}
      </p>
      <h3 className={css.nodeTitle}>
        <span className={css.nodeRef}>{node.refId}</span> {node.title}
      </h3>
      {node.text === null || node.text === '' ? (
        <p className={css.kind}>No text of its own.</p>
      ) : (
        <p className={css.prose}>{node.text}</p>
      )}
    </article>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  const words = errorWords(toErrorData(error));
  return (
    <p className={css.failure} role="alert">
      <Icon name="alert-filled" />
      <span>
        <strong>{words.title}.</strong> {words.text} Nothing has been written, or the same import is finished by trying again.
      </span>
    </p>
  );
}
