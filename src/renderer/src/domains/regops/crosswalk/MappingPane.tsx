/** Beside the trees: the current requirement with its text, its mappings, and the partners that its words suggest. */
import { ActionIcon, Button } from '@mantine/core';
import type { CrosswalkMapping } from '@shared/wire/crosswalk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { Dialog } from '../../../components/Dialog';
import { Icon } from '../../../components/Icon';
import { SidePane } from '../../../components/Page';
import { SkeletonRows } from '../../../components/Skeleton';
import { applyOperation } from '../../../entities/api';
import type { RequirementNode } from '../../../entities/detail/requirementNodes';
import { detailPath } from '../../../entities/paths';
import { formatPercent } from '../../../lib/format';
import { notify, notifyError } from '../../../lib/notices';
import { trpc } from '../../../lib/trpc';
import { uuidv7 } from '../../../lib/uuid';
import css from './Crosswalk.module.css';
import { relationPhrase } from './words';

export interface MappingPaneProps {
  readonly from: string;
  readonly to: string;
  readonly current: RequirementNode | null;
  /** Mappings of the current requirement. */
  readonly own: readonly CrosswalkMapping[];
  readonly nodeOf: (id: string) => RequirementNode | undefined;
  readonly mayWrite: boolean;
  readonly mayArchive: boolean;
  readonly onShow: (id: string) => void;
  readonly onMap: (target: RequirementNode, hint?: string | null) => void;
}

export function MappingPane(props: MappingPaneProps) {
  const { current } = props;
  return (
    <SidePane label="Mappings" title={current === null ? 'Mappings' : current.refId} width={356}>
      {current === null ? (
        <p className={css.hint}>Choose a requirement at the left. Its mappings and likely partners stand here.</p>
      ) : (
        <Current key={current.id} {...props} current={current} />
      )}
    </SidePane>
  );
}

function Current(props: MappingPaneProps & { readonly current: RequirementNode }) {
  const { from, to, current, own, nodeOf, mayWrite, mayArchive, onShow, onMap } = props;
  const suggestions = useQuery(trpc.catalogs.suggest.queryOptions({ from, to, requirementId: current.id }));
  const [removing, setRemoving] = useState<CrosswalkMapping | null>(null);
  return (
    <div className={css.pane}>
      <h3 className={css.paneTitle}>{current.title}</h3>
      {current.text === '' ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by keys
        <p className={css.prose} tabIndex={0}>
          {current.text}
        </p>
      )}
      <h3 className={css.sub}>Mapped</h3>
      {own.length === 0 ? <p className={css.hint}>Nothing yet.</p> : null}
      <ul className={css.cards}>
        {own.map((mapping) => {
          const node = nodeOf(mapping.toId);
          return (
            <li key={mapping.id} className={css.card}>
              <p className={css.cardHead}>
                <span className={css.phraseSmall}>{relationPhrase(mapping.relation)}</span>
                <button type="button" className={css.link} onClick={() => onShow(mapping.toId)}>
                  {node?.refId ?? 'a requirement'}
                </button>
                <span className={css.strength}>{mapping.strength} of 10</span>
              </p>
              <p className={css.cardText}>{node?.title}</p>
              {mapping.rationale === null ? null : <p className={css.cardText}>{mapping.rationale}</p>}
              <p className={css.cardFoot}>
                <span>{mapping.source === null ? 'No author named' : mapping.source}</span>
                <Link to={detailPath('requirementMappings', mapping.id)}>History</Link>
                {mayWrite && node !== undefined ? (
                  <ActionIcon variant="subtle" aria-label={`Change the mapping to ${node.refId}`} onClick={() => onMap(node)}>
                    <Icon name="pencil" />
                  </ActionIcon>
                ) : null}
                {mayArchive ? (
                  <ActionIcon
                    variant="subtle"
                    aria-label={`Archive the mapping to ${node?.refId ?? ''}`}
                    onClick={() => setRemoving(mapping)}
                  >
                    <Icon name="archive" />
                  </ActionIcon>
                ) : null}
              </p>
            </li>
          );
        })}
      </ul>
      <h3 className={css.sub}>Suggested by their words</h3>
      {suggestions.data === undefined ? <SkeletonRows rows={3} label="Partners are looked for" /> : null}
      {suggestions.data?.length === 0 ? <p className={css.hint}>No text at the right is like this one.</p> : null}
      <ul className={css.cards} data-testid="suggestions">
        {suggestions.data?.map((suggestion) => {
          const node = nodeOf(suggestion.toId);
          if (node === undefined) return null;
          return (
            <li key={suggestion.toId} className={css.card}>
              <p className={css.cardHead}>
                <button type="button" className={css.link} onClick={() => onShow(node.id)}>
                  {node.refId}
                </button>
                <span className={css.cardTitle}>{node.title}</span>
                <span className={css.strength} title="How alike the words are">
                  {formatPercent(suggestion.score, 1)}
                </span>
              </p>
              <p className={css.cardFoot}>
                <span>{suggestion.words.join(', ')}</span>
                {mayWrite ? (
                  <Button variant="subtle" onClick={() => onMap(node)}>
                    Map …
                  </Button>
                ) : null}
              </p>
            </li>
          );
        })}
      </ul>
      {removing === null ? null : (
        <Removal mapping={removing} called={nodeOf(removing.toId)?.refId ?? 'it'} onClose={() => setRemoving(null)} />
      )}
    </div>
  );
}

function Removal({
  mapping,
  called,
  onClose,
}: {
  readonly mapping: CrosswalkMapping;
  readonly called: string;
  readonly onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [opId] = useState(uuidv7);
  const archive = async () => {
    setBusy(true);
    try {
      const { id: entityId, rowVersion: baseVersion } = mapping;
      await applyOperation({ opId, entity: 'requirementMappings', entityId, kind: 'archive', baseVersion, base: {}, patch: {} });
      notify({ tone: 'good', title: `The mapping to ${called} is archived` });
      onClose();
    } catch (error) {
      notifyError(error, 'The mapping is not archived');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Archive the mapping to ${called}?`}
      action="Archive the mapping"
      onAction={() => void archive()}
      busy={busy}
      destructive
      cancel="Keep it"
    >
      <p>It counts no more for coverage. Its history stays, and it can be restored from the archived mappings.</p>
    </Dialog>
  );
}
