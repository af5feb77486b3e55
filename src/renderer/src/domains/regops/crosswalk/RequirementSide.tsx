/** One regulation of a crosswalk as a tree, with how often each requirement is mapped and how it stands to the current one opposite. */
import { Button, TextInput } from '@mantine/core';
import type { MappingRelation } from '@shared/entities/regops/requirement-mapping';
import { Icon } from '../../../components/Icon';
import { SkeletonRows } from '../../../components/Skeleton';
import type { RequirementNode } from '../../../entities/detail/requirementNodes';
import { TreeView } from '../../../entities/tree/TreeView';
import type { TreeState } from '../../../entities/tree/useTree';
import { count } from '../../../lib/format';
import css from './Crosswalk.module.css';
import { relationLabel, relationSign } from './words';

export interface RequirementSideProps {
  readonly label: string;
  readonly state: TreeState<RequirementNode>;
  readonly loading: boolean;
  readonly marks: ReadonlyMap<string, number>;
  /** How each stands to the current requirement of the other side; null at the side that asks. */
  readonly relations: ReadonlyMap<string, MappingRelation> | null;
  readonly onOpen?: (id: string) => void;
}

export function RequirementSide({ label, state, loading, marks, relations, onOpen }: RequirementSideProps) {
  return (
    <section className={css.side} aria-label={label}>
      <div className={css.tools}>
        <TextInput
          className={css.find}
          type="search"
          leftSection={<Icon name="search" />}
          placeholder="Find"
          aria-label={`Find in ${label.toLowerCase()}`}
          value={state.find}
          onChange={(event) => state.setFind(event.currentTarget.value)}
        />
        <Button variant="subtle" onClick={() => state.openAll(true)}>
          Open all
        </Button>
        <Button variant="subtle" onClick={() => state.openAll(false)}>
          Close all
        </Button>
      </div>
      <div className={css.tree}>
        {loading ? (
          <SkeletonRows rows={14} label="Requirements are read" />
        ) : (
          <TreeView
            label={label}
            rows={state.rows}
            current={state.current}
            onCurrent={state.setCurrent}
            onToggle={state.toggle}
            onOpen={onOpen}
          >
            {({ item }) => {
              const mapped = marks.get(item.id) ?? 0;
              const relation = relations?.get(item.id);
              return (
                <>
                  <span className={css.ref}>{item.refId}</span>
                  <span className={css.name} data-part={item.kind === 'part' || undefined}>
                    {item.title || item.text}
                  </span>
                  {relation !== undefined ? (
                    <span className={css.relation} title={relationLabel(relation)}>
                      {relationSign(relation)} <span>{relationLabel(relation)}</span>
                    </span>
                  ) : mapped > 0 ? (
                    <span className={css.mapped} title={count(mapped, 'mapping')}>
                      <Icon name="arrows-join" size={14} label={count(mapped, 'mapping')} />
                      {mapped}
                    </span>
                  ) : null}
                </>
              );
            }}
          </TreeView>
        )}
      </div>
    </section>
  );
}
