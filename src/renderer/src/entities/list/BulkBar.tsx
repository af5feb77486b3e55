/** What can be done with the selected rows, over the last rows of the list: change one field of all, export them, let go. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import type { ReactNode } from 'react';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { formatNumber } from '../../lib/format';
import { ActionMenu } from '../parts/ActionMenu';
import css from './BulkBar.module.css';
import { bulkFields } from './bulk';

/** How high the bar stands over the rows. */
export const BULK_BAR_HEIGHT = 56;

const IN_THE_BAR = 3;

export interface BulkBarProps {
  readonly definition: Entity;
  /** How many are selected. */
  readonly selected: number;
  readonly total: number;
  readonly mayUpdate: boolean;
  /** What domains add. */
  readonly extras?: ReactNode;
  readonly onChange: (field: readonly [string, Field]) => void;
  readonly onSelectAll: () => void;
  readonly onExport: () => void;
  readonly onClear: () => void;
}

const iconOf = (field: Field) => (field.kind === 'person' ? 'user' : field.kind === 'date' ? 'calendar' : 'circle-dashed');

export function BulkBar(props: BulkBarProps) {
  const { definition, selected, total, mayUpdate, extras, onChange, onSelectAll, onExport, onClear } = props;
  const fields = mayUpdate ? bulkFields(definition) : [];
  const more = fields.slice(IN_THE_BAR);
  return (
    <div className={css.bar} role="toolbar" aria-label="Selected rows" data-testid="bulk-bar">
      <strong className={css.count} aria-live="polite">
        {formatNumber(selected)} selected
      </strong>
      {selected < total ? (
        <Button variant="transparent" onClick={onSelectAll}>
          All {formatNumber(total)}
        </Button>
      ) : null}
      <span className={css.rule} />
      {fields.slice(0, IN_THE_BAR).map((entry) => (
        <Button key={entry[0]} variant="subtle" leftSection={<Icon name={iconOf(entry[1])} />} onClick={() => onChange(entry)}>
          {entry[1].label}
        </Button>
      ))}
      {more.length > 0 ? (
        <ActionMenu
          label="Change another field"
          button={(button) => (
            <Button variant="subtle" rightSection={<Icon name="selector" size={14} />} {...button}>
              More
            </Button>
          )}
          items={more.map((entry) => ({ key: entry[0], label: entry[1].label, run: () => onChange(entry) }))}
        />
      ) : null}
      {extras}
      <Button variant="subtle" leftSection={<Icon name="download" />} onClick={onExport}>
        Export
      </Button>
      <Button className={css.clear} variant="subtle" onClick={onClear} rightSection={<KeyCap keys="Escape" />}>
        Clear
      </Button>
    </div>
  );
}
