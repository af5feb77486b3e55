/** What a person may say about a file before it is brought in: the regulation's facts, columns, version, controls. */
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { REGULATION_TYPE } from '@shared/entities/regops/options';
import { type CatalogFacts, type CatalogOptions, type CatalogPreview, TABLE_COLUMNS, type TableColumn } from '@shared/wire/oscal';
import { useState } from 'react';
import { Card } from '../../components/Card';
import css from './SourceOptions.module.css';

export interface SourceOptionsProps {
  readonly preview: CatalogPreview;
  readonly options: CatalogOptions;
  readonly onChange: (options: CatalogOptions) => void;
}

const COLUMN_LABELS: Readonly<Record<TableColumn, string>> = {
  ref: 'Reference',
  parent: 'Part of',
  title: 'Title',
  text: 'Text',
  guidance: 'Guidance',
  family: 'Family',
  assessable: 'Assessable',
};

/** The version that is here, where it is another than the file's. */
export function otherVersion(preview: CatalogPreview): CatalogPreview['existing'] {
  if (preview.earlier !== null) return preview.earlier;
  return preview.existing !== null && (preview.existing.version ?? '') !== preview.version ? preview.existing : null;
}

export function SourceOptions({ preview, options, onChange }: SourceOptionsProps) {
  const other = otherVersion(preview);
  const { facts, table } = preview;
  return (
    <Card title="How it is taken" className={css.card}>
      <div className={css.options}>
        {other === null ? null : (
          <Checkbox
            label={`Keep version ${other.version ?? '–'} and add this as a new version`}
            description="It comes in as a draft that supersedes the one here. Made active, it ends the one before."
            checked={options.asVersion ?? false}
            onChange={(event) => onChange({ ...options, asVersion: event.currentTarget.checked })}
          />
        )}
        {facts === null ? null : (
          <Checkbox
            label="Make a control for each assessed requirement"
            checked={preview.makesControls}
            onChange={(event) => onChange({ ...options, makeControls: event.currentTarget.checked })}
          />
        )}
        {facts === null ? null : (
          <Facts key={preview.sha256} facts={facts} onSet={(set) => onChange({ ...options, facts: set })} />
        )}
        {table === null ? null : (
          <>
            {table.sheets.length > 1 ? (
              <Select
                label="Sheet"
                data={[...table.sheets]}
                value={table.sheet}
                allowDeselect={false}
                onChange={(sheet) => onChange({ ...options, sheet: sheet ?? undefined, columns: undefined })}
              />
            ) : null}
            {TABLE_COLUMNS.map((column) => (
              <Select
                key={column}
                label={COLUMN_LABELS[column]}
                data={[...new Set(table.header)]}
                value={table.columns[column] ?? null}
                placeholder={
                  column === 'parent' ? 'from the references' : column === 'assessable' ? 'what has nothing below it' : 'none'
                }
                clearable={column !== 'ref'}
                onChange={(header) => onChange({ ...options, columns: { ...table.columns, [column]: header ?? '' } })}
              />
            ))}
          </>
        )}
      </div>
    </Card>
  );
}

/** Looked at again when the person leaves with Enter or the button, not at every letter. */
function Facts({ facts, onSet }: { readonly facts: CatalogFacts; readonly onSet: (facts: CatalogFacts) => void }) {
  const [typed, setTyped] = useState(facts);
  const set = (patch: Partial<CatalogFacts>) => setTyped({ ...typed, ...patch });
  const changed = JSON.stringify(typed) !== JSON.stringify(facts);
  return (
    <form
      className={css.facts}
      onSubmit={(event) => {
        event.preventDefault();
        onSet(typed);
      }}
    >
      <TextInput
        label="Name"
        maxLength={255}
        value={typed.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        required
      />
      <div className={css.two}>
        <TextInput
          label="Short name"
          maxLength={60}
          value={typed.shortName}
          onChange={(event) => set({ shortName: event.currentTarget.value })}
        />
        <TextInput
          label="Version"
          maxLength={50}
          value={typed.version}
          onChange={(event) => set({ version: event.currentTarget.value })}
        />
      </div>
      <div className={css.two}>
        <Select
          label="Type"
          data={REGULATION_TYPE.map(({ value, label }) => ({ value, label }))}
          value={typed.type}
          allowDeselect={false}
          onChange={(value) => {
            const type = REGULATION_TYPE.find((option) => option.value === value)?.value;
            if (type !== undefined) set({ type });
          }}
        />
        <TextInput
          label="Jurisdiction"
          maxLength={100}
          value={typed.jurisdiction ?? ''}
          onChange={(event) => set({ jurisdiction: event.currentTarget.value || null })}
        />
      </div>
      {changed ? (
        <Button type="submit" disabled={typed.name.trim() === ''}>
          Look again with these
        </Button>
      ) : null}
    </form>
  );
}
