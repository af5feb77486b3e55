/** The buttons in a list's head. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OSCAL_IMPORT_PATH } from '../paths';

/** What a catalogue brings in. */
export function comesInCatalogues(name: EntityName): boolean {
  return name === 'regulations' || name === 'requirements';
}

export interface ListActionsProps {
  readonly extras: ReactNode;
  readonly name: EntityName;
  readonly definition: Entity;
  readonly mayCreate: boolean;
  readonly canExport: boolean;
  readonly onExport: () => void;
  readonly onNew: () => void;
}

export function ListActions({ extras, name, definition, mayCreate, canExport, onExport, onNew }: ListActionsProps) {
  const navigate = useNavigate();
  const hasImport = mayCreate && comesInCatalogues(name);
  return (
    <>
      {extras}
      {hasImport ? (
        <Button leftSection={<Icon name="import" />} onClick={() => void navigate(OSCAL_IMPORT_PATH)}>
          Import catalogue
        </Button>
      ) : null}
      {canExport ? (
        <Button leftSection={<Icon name="download" />} onClick={onExport}>
          Export
        </Button>
      ) : null}
      {mayCreate ? (
        <Button
          variant="filled"
          leftSection={<Icon name="plus" />}
          rightSection={<KeyCap keys="N" on="action" />}
          onClick={onNew}
        >
          New {definition.label.one.toLowerCase()}
        </Button>
      ) : null}
    </>
  );
}
