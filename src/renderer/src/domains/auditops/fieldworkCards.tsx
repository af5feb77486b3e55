/** Sign-offs and review notes on the pages of what is signed: audits, tests, findings. */
import { Card } from '../../components/Card';
import type { DetailExtraProps } from '../../entities/detail/extras';
import { ReviewNotes } from '../../features/fieldwork/ReviewNotes';
import { SignOffPanel } from '../../features/fieldwork/SignOffPanel';

const ABOUT = { auditPlans: 'auditPlanId', controlTests: 'controlTestId', findings: 'findingId' } as const;

function isSigned(name: string): name is keyof typeof ABOUT {
  return Object.hasOwn(ABOUT, name);
}

export function SignOffsCard({ name, record }: DetailExtraProps) {
  if (!isSigned(name)) throw new TypeError(`${name} is not signed`);
  return (
    <Card title="Sign-offs">
      <SignOffPanel entity={name} id={record.row.id} />
    </Card>
  );
}

export function ReviewNotesCard({ name, record }: DetailExtraProps) {
  if (!isSigned(name)) throw new TypeError(`${name} has no review notes`);
  return (
    <Card title="Review notes">
      <ReviewNotes about={ABOUT[name]} id={record.row.id} />
    </Card>
  );
}
