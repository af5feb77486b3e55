/** The text on the page of a version, and on the page of an acknowledgement with the way to where it is read. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { Icon } from '@renderer/components/Icon';
import { MarkdownText } from '@renderer/components/MarkdownText';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { readingPath, versionsPath, writingPath } from '@renderer/entities/paths';
import { useMe } from '@renderer/lib/session';
import { entityOf } from '@shared/entities/registry';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { ExportVersionMenu } from './ExportVersionMenu';
import css from './PolicyCards.module.css';
import { versionInForce, versionsOptions } from './records';

export function VersionTextCard(props: DetailExtraProps) {
  const { row } = recordOf('policyVersions', props);
  return (
    <Card title="As it is read">
      <div className={css.text}>
        {(row.content ?? '').trim() === '' ? (
          <p className={css.nothing}>Nothing is written yet.</p>
        ) : (
          <MarkdownText text={row.content ?? ''} top={3} />
        )}
      </div>
    </Card>
  );
}

/** What can be done with the text of a version, from its page. */
export function VersionActions(props: DetailExtraProps) {
  const { row, may } = recordOf('policyVersions', props);
  const navigate = useNavigate();
  const versions = useQuery(versionsOptions(row.policyId));
  const inForce = versionInForce(versions.data ?? []);
  const locked = entityOf('policyVersions').states?.locked?.includes(row.status) ?? false;
  return (
    <>
      {inForce !== null && inForce.id !== row.id ? (
        <Button
          leftSection={<Icon name="split" />}
          onClick={() => void navigate(versionsPath(row.policyId, { from: inForce.id, to: row.id }))}
        >
          Compare with {inForce.label}
        </Button>
      ) : null}
      <ExportVersionMenu versionId={row.id} called={props.called} />
      {may.update && !locked ? (
        <Button leftSection={<Icon name="pencil" />} onClick={() => void navigate(writingPath(row.id))}>
          Write
        </Button>
      ) : null}
    </>
  );
}

export function ReadAction(props: DetailExtraProps) {
  const { row } = recordOf('policyAcknowledgements', props);
  const navigate = useNavigate();
  const me = useMe();
  const mine = row.personId === me?.id && row.status === 'open';
  return (
    <Button
      variant={mine ? 'filled' : 'default'}
      leftSection={<Icon name="eye" />}
      onClick={() => void navigate(readingPath(row.id))}
    >
      {mine ? 'Read and acknowledge' : 'Read'}
    </Button>
  );
}
