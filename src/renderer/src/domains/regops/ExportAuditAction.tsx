/** An audit or a compliance assessment as OSCAL documents. */
import { Button } from '@mantine/core';
import type { AssessmentKind } from '@shared/wire/oscal';
import { useState } from 'react';
import { Icon } from '../../components/Icon';
import type { DetailExtraProps } from '../../entities/detail/extras';
import { ActionMenu } from '../../entities/parts/ActionMenu';
import { notify, notifyError } from '../../lib/notices';
import { trpcClient } from '../../lib/trpc';

const KINDS: readonly { readonly kind: AssessmentKind; readonly label: string }[] = [
  { kind: 'assessment-plan', label: 'Assessment plan' },
  { kind: 'assessment-results', label: 'Assessment results' },
  { kind: 'poam', label: 'Plan of action and milestones' },
];
const OF_ASSESSMENT: typeof KINDS = [
  { kind: 'compliance-results', label: 'Assessment results' },
  { kind: 'compliance-poam', label: 'Plan of action and milestones' },
];

export function ExportAuditAction({ name, record, called }: DetailExtraProps) {
  const [busy, setBusy] = useState(false);
  const save = async (kind: AssessmentKind, label: string) => {
    setBusy(true);
    try {
      const { saved } = await trpcClient.oscal.exportAssessment.mutate({ kind, id: record.row.id });
      if (saved !== null) notify({ tone: 'good', title: `${label} exported`, text: saved.fileName });
    } catch (error) {
      notifyError(error, `${label} not exported`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <ActionMenu
      label={`Export ${called} as OSCAL`}
      button={(props) => (
        <Button leftSection={<Icon name="export" />} rightSection={<Icon name="selector" size={14} />} loading={busy} {...props}>
          OSCAL
        </Button>
      )}
      items={(name === 'complianceAssessments' ? OF_ASSESSMENT : KINDS).map(({ kind, label }) => ({
        key: kind,
        label,
        run: () => void save(kind, label),
      }))}
    />
  );
}
