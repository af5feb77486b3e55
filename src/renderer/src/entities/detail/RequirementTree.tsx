/** The requirements of a regulation as a tree, and the text of the current one with its parts beside it. */
import { Button, TextInput } from '@mantine/core';
import { entityOf } from '@shared/entities/registry';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { Link, useNavigate } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { SkeletonRows } from '../../components/Skeleton';
import { count, formatNumber } from '../../lib/format';
import { useShortcuts } from '../../lib/use-shortcuts';
import { recordOptions } from '../api';
import { detailPath } from '../paths';
import { TreeView } from '../tree/TreeView';
import { useTree } from '../tree/useTree';
import css from './RequirementTree.module.css';
import { foundText, NO_NODES, type RequirementNode as Node, requirementNodesOptions } from './requirementNodes';

export function RequirementTree({ regulationId }: { readonly regulationId: string }) {
  const query = useQuery(requirementNodesOptions(regulationId));
  if (query.error !== null && query.data === undefined)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <SkeletonRows rows={12} label="Requirements are read" />;
  return <Reader nodes={query.data} />;
}

function Reader({ nodes }: { readonly nodes: readonly Node[] }) {
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const state = useTree(nodes.length === 0 ? NO_NODES : nodes, foundText);
  const current = state.current === null ? undefined : state.tree.byId.get(state.current);
  useShortcuts('Requirements', [{ keys: '/', label: 'Find a requirement', hint: 'find', run: () => box.current?.focus() }]);
  if (nodes.length === 0) return <p className={css.none}>This regulation holds no requirements yet.</p>;
  return (
    <div className={css.reader}>
      <div className={css.left}>
        <div className={css.tools}>
          <TextInput
            ref={box}
            className={css.find}
            type="search"
            leftSection={<Icon name="search" />}
            rightSection={<KeyCap keys="/" />}
            placeholder="Find a requirement"
            aria-label="Find a requirement"
            value={state.find}
            onChange={(event) => state.setFind(event.currentTarget.value)}
          />
          <Button variant="subtle" onClick={() => state.openAll(true)}>
            Open all
          </Button>
          <Button variant="subtle" onClick={() => state.openAll(false)}>
            Close all
          </Button>
          <span className={css.count} aria-live="polite">
            {state.found === null ? formatNumber(nodes.length) : `${formatNumber(state.found)} of ${formatNumber(nodes.length)}`}
          </span>
        </div>
        <div className={css.tree}>
          <TreeView
            label="Requirements"
            rows={state.rows}
            current={state.current}
            onCurrent={state.setCurrent}
            onToggle={state.toggle}
            onOpen={(id) => void navigate(detailPath('requirements', id))}
          >
            {({ item }) => (
              <>
                <span className={css.ref}>{item.refId}</span>
                <span className={css.name} data-part={item.kind === 'part' || undefined}>
                  {item.kind === 'part' ? item.text || item.title : item.title || item.text}
                </span>
              </>
            )}
          </TreeView>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by keys */}
      <section className={css.right} data-pane="Text" aria-label="Text of the requirement" tabIndex={0}>
        {current === undefined ? null : <Text node={current} below={state.tree.children} />}
      </section>
    </div>
  );
}

interface TextProps {
  readonly node: Node;
  readonly below: ReadonlyMap<string, readonly Node[]>;
}

function Text({ node, below }: TextProps) {
  // guidance is long and left out of lists
  const full = useQuery(recordOptions('requirements', node.id));
  const guidance = full.data?.row.id === node.id ? full.data.row.guidance : null;
  const parts = useMemo(() => {
    const found = partsOf(node, below);
    // an imported requirement says its statement in full already; its parts would say it twice
    return found.some(({ part }) => part.text !== '' && node.text.includes(part.text)) ? [] : found;
  }, [node, below]);
  const kind = entityOf('requirements').fields.kind?.options?.find((option) => option.value === node.kind)?.label;
  const entries = (below.get(node.id) ?? []).filter((child) => child.kind !== 'part').length;
  return (
    <article className={css.text} aria-label={`${node.refId} ${node.title}`}>
      <header>
        <p className={css.kind}>
          {kind}
          {entries > 0 ? `, ${count(entries, 'entry', 'entries')} below` : ''}
        </p>
        <h2 className={css.title}>
          <span className={css.titleRef}>{node.refId}</span> {node.title}
        </h2>
      </header>
      {node.text === '' ? null : <p className={css.prose}>{node.text}</p>}
      {parts.length === 0 ? null : (
        <ul className={css.parts}>
          {parts.map(({ part, depth }) => (
            <li key={part.id} className={css.part} style={{ paddingLeft: depth * 18 }}>
              <span className={css.partRef}>{part.refId}</span>
              <span className={css.prose}>{part.text || part.title}</span>
            </li>
          ))}
        </ul>
      )}
      {typeof guidance === 'string' && guidance !== '' ? (
        <section>
          <h3 className={css.sub}>Guidance</h3>
          <p className={css.prose}>{guidance}</p>
        </section>
      ) : null}
      <Link to={detailPath('requirements', node.id)}>Open this requirement</Link>
    </article>
  );
}

/** The parts below a node in reading order; requirements of their own are not repeated. */
function partsOf(
  node: Node,
  children: ReadonlyMap<string, readonly Node[]>,
): readonly { readonly part: Node; readonly depth: number }[] {
  const found: { part: Node; depth: number }[] = [];
  const seen = new Set<string>([node.id]);
  const visit = (id: string, depth: number) => {
    for (const part of children.get(id) ?? []) {
      if (part.kind !== 'part' || seen.has(part.id)) continue;
      seen.add(part.id);
      found.push({ part, depth });
      visit(part.id, depth + 1);
    }
  };
  visit(node.id, 0);
  return found;
}
