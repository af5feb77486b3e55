/** A new record begins from a template, where the tenant has kept one of its kind; who makes such records takes it away again. */
import { ActionIcon, Select } from '@mantine/core';
import { isCopied } from '@shared/entities/copying';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { RecordTemplate } from '@shared/wire/collab';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '../../components/Icon';
import { trpc, trpcClient } from '../../lib/trpc';
import { useSending } from '../together/circle';
import css from './FormPage.module.css';

export interface TemplatePickerProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly onChoose: (template: RecordTemplate) => void;
}

export function TemplatePicker({ name, definition, onChoose }: TemplatePickerProps) {
  const templates = useQuery({ ...trpc.collab.templates.queryOptions({ entity: name }), enabled: isCopied(definition) });
  const [chosen, setChosen] = useState<string | null>(null);
  const { busy, send } = useSending(name);
  const offered = templates.data ?? [];
  if (offered.length === 0) return null;
  const template = offered.find((each) => each.id === chosen);
  const drop = async () => {
    if (template === undefined) return;
    const gone = await send(
      { drop: template.id },
      (opId) => trpcClient.collab.dropTemplate.mutate({ opId, entity: name, templateId: template.id }),
      `“${template.name}” is no template any more`,
      'The template stays',
    );
    if (gone) setChosen(null);
  };
  return (
    <div className={css.template}>
      <Select
        label="Begin from a template"
        description="Fills the fields below; everything can be changed"
        placeholder="none"
        data={offered.map(({ id, name: label }) => ({ value: id, label }))}
        value={chosen}
        searchable
        onChange={(id) => {
          setChosen(id);
          const next = offered.find((each) => each.id === id);
          if (next !== undefined) onChoose(next);
        }}
      />
      {template === undefined ? null : (
        <ActionIcon loading={busy} aria-label={`Take the template “${template.name}” away`} onClick={() => void drop()}>
          <Icon name="trash" />
        </ActionIcon>
      )}
    </div>
  );
}
