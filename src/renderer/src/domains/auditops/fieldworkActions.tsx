/** From an audit or a test to where it is worked on. */
import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { type DetailExtraProps, recordOf } from '../../entities/detail/extras';
import { worksheetPath } from '../../entities/paths';

export function FieldworkAction({ record }: DetailExtraProps) {
  const navigate = useNavigate();
  return (
    <Button leftSection={<Icon name="fieldwork" />} onClick={() => void navigate(`/fieldwork/${record.row.id}`)}>
      Fieldwork
    </Button>
  );
}

export function WorksheetAction(props: DetailExtraProps) {
  const navigate = useNavigate();
  const { id, auditPlanId } = recordOf('controlTests', props).row;
  if (auditPlanId === null) return null;
  return (
    <Button leftSection={<Icon name="fieldwork" />} onClick={() => void navigate(worksheetPath(auditPlanId, id))}>
      Worksheet
    </Button>
  );
}
