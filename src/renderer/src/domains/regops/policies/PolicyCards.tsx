/** The text on the page of a version, and on the page of an acknowledgement with the one button that the person asked has. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { applyOperation, recordOptions } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { notifyError } from '@renderer/lib/notices';
import { useMe } from '@renderer/lib/session';
import { uuidv7 } from '@renderer/lib/uuid';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PolicyText } from './PolicyText';

export function VersionTextCard(props: DetailExtraProps) {
  const { row } = recordOf('policyVersions', props);
  return (
    <Card title="As it is read">
      <PolicyText text={row.content ?? ''} />
    </Card>
  );
}

export function AcknowledgeCard(props: DetailExtraProps) {
  const { row } = recordOf('policyAcknowledgements', props);
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const query = useQuery(recordOptions('policyVersions', row.versionId ?? ''));
  if (query.isPending) return <SkeletonRows rows={4} label="Reading the version" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const version = query.data.row as { readonly content?: unknown; readonly contentSha256?: unknown };
  const acknowledge = async () => {
    setBusy(true);
    try {
      await applyOperation({
        opId: uuidv7(),
        entity: 'policyAcknowledgements',
        entityId: row.id,
        kind: 'update',
        baseVersion: row.rowVersion,
        base: { status: row.status, readSha256: row.readSha256 },
        // the hash of the text that stands above the button
        patch: { status: 'acknowledged', readSha256: String(version.contentSha256) },
      });
    } catch (error) {
      notifyError(error, 'It was not acknowledged');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title="What you acknowledge">
      <PolicyText text={String(version.content ?? '')} />
      {row.status === 'open' && row.personId === me?.id ? (
        <Button leftSection={<Icon name="check" />} loading={busy} onClick={() => void acknowledge()}>
          I have read it and acknowledge it
        </Button>
      ) : null}
    </Card>
  );
}
