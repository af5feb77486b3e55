/** From a regulation to the ways of looking at it: its coverage, its crosswalk, and the version before it. */
import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import type { DetailExtraProps } from '../../entities/detail/extras';
import { ActionMenu } from '../../entities/parts/ActionMenu';

export function RegulationLooks({ record, called }: DetailExtraProps) {
  const navigate = useNavigate();
  const { id, supersedesId } = record.row;
  const items = [
    { key: 'matrix', label: 'Coverage matrix', to: `/coverage?regulation=${id}&view=matrix` },
    { key: 'sources', label: 'Coverage by source', to: `/coverage?regulation=${id}&view=sources` },
    { key: 'crosswalk', label: 'Crosswalk to another', to: `/crosswalk?from=${id}` },
    ...(typeof supersedesId === 'string'
      ? [{ key: 'versions', label: 'Compare with the version before', to: `/versions?from=${supersedesId}&to=${id}` }]
      : []),
  ];
  return (
    <ActionMenu
      label={`Looks at ${called}`}
      button={(props) => (
        <Button leftSection={<Icon name="grid" />} rightSection={<Icon name="selector" size={14} />} {...props}>
          Look at
        </Button>
      )}
      items={items.map(({ key, label, to }) => ({ key, label, run: () => void navigate(to) }))}
    />
  );
}
