/** A regulation as an OSCAL file. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../components/Icon';
import type { DetailExtraProps } from '../../entities/detail/extras';
import { notify, notifyError } from '../../lib/notices';
import { trpcClient } from '../../lib/trpc';

export function ExportOscalAction({ record }: DetailExtraProps) {
  const [busy, setBusy] = useState(false);
  const exportCatalogue = async () => {
    setBusy(true);
    try {
      const { saved } = await trpcClient.oscal.export.mutate({ regulationId: record.row.id });
      if (saved !== null) notify({ tone: 'good', title: 'The catalogue is exported', text: saved.fileName });
    } catch (error) {
      notifyError(error, 'The catalogue is not exported');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button leftSection={<Icon name="export" />} loading={busy} onClick={() => void exportCatalogue()}>
      Export OSCAL
    </Button>
  );
}
