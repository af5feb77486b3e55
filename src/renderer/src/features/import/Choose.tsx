/** Where an import begins: a file is dropped or chosen. Says what became of one that was cut off. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { PendingImport } from '@shared/wire/imports';
import { useQuery } from '@tanstack/react-query';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { formatInstant, formatNumber } from '../../lib/format';
import { notifyError } from '../../lib/notices';
import { queryClient, trpc, trpcClient } from '../../lib/trpc';
import css from './Choose.module.css';

export interface ChooseProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly onPick: () => void;
}

export function Choose({ name, definition, onPick }: ChooseProps) {
  const pending = useQuery(trpc.imports.pending.queryOptions({ entity: name }));
  const { one, many } = definition.label;
  return (
    <div className={css.whole}>
      {(pending.data ?? []).map((each) => (
        <CutOff key={each.opId} pending={each} onPick={onPick} />
      ))}
      <div className={css.drop}>
        <span className={css.sign}>
          <Icon name="import" size={26} />
        </span>
        <h2 className={css.title}>Drop a file with {many.toLowerCase()} here</h2>
        <p className={css.text}>
          A table in CSV, an Excel workbook (.xlsx) or JSON, one {one.toLowerCase()} a row. It is read on this laptop; you see
          what each column becomes and what would be new or changed before anything is written.
        </p>
        <Button
          size="lg"
          variant="filled"
          leftSection={<Icon name="file" />}
          rightSection={<KeyCap keys="O" on="action" />}
          onClick={onPick}
          data-autofocus
        >
          Choose a file
        </Button>
      </div>
    </div>
  );
}

/** An import that was sent before the workstation ended: whole, or not at all. */
function CutOff({ pending, onPick }: { readonly pending: PendingImport; readonly onPick: () => void }) {
  const settle = async () => {
    try {
      await trpcClient.imports.settle.mutate({ opId: pending.opId });
      await queryClient.invalidateQueries({ queryKey: trpc.imports.pending.queryKey() });
    } catch (error) {
      notifyError(error);
    }
  };
  const { outcome } = pending;
  return (
    <section className={css.cut} aria-label="An import that was cut off" data-testid="import-cut-off">
      <Icon name={outcome === null ? 'alert' : 'circle-check'} />
      <div className={css.words}>
        <p className={css.strong}>
          The import of {pending.fileName} at {formatInstant(pending.startedAt)} was cut off
        </p>
        <p>
          {outcome === null
            ? 'Nothing of it was written. Choose the file again to bring it in.'
            : `It is whole: ${formatNumber(outcome.counts.created)} new, ${formatNumber(outcome.counts.updated)} changed, ${formatNumber(outcome.counts.refused)} stayed out.`}
        </p>
      </div>
      {outcome === null ? <Button onClick={onPick}>Choose it again</Button> : null}
      <Button variant="subtle" onClick={() => void settle()}>
        Understood
      </Button>
    </section>
  );
}
