/** What was asked for of a test, below its evidence, and the way to ask. */
import { Button } from '@mantine/core';
import { DateText } from '@renderer/components/DateText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { listOptions, usePeople } from '@renderer/entities/api';
import { EVIDENCE_STATUS } from '@shared/entities/auditops/options';
import { REQUEST_WAITING } from '@shared/entities/auditops/request';
import type { Workpaper } from '@shared/wire/audits';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { AskDialog } from './AskDialog';
import css from './EvidencePane.module.css';

export function RequestsOfTest({ paper, mayAsk }: { readonly paper: Workpaper; readonly mayAsk: boolean }) {
  const { row } = paper.test;
  const query = useQuery(
    listOptions('evidenceRequests', { filter: [{ field: 'controlTestId', op: 'eq', value: row.id }], limit: 100 }),
  );
  const people = usePeople();
  const [asking, setAsking] = useState(false);
  const requests = query.data?.rows ?? [];
  if (requests.length === 0 && !mayAsk) return null;
  return (
    <section className={css.asked} aria-label="Asked for">
      <h3>Asked for</h3>
      <ul>
        {requests.map((request) => {
          const status = String(request.status);
          const waits = REQUEST_WAITING.some((state) => state === status);
          return (
            <li key={request.id}>
              <Icon name="send" size={14} />
              <Link to={`/r/evidenceRequests/${request.id}`}>{String(request.title)}</Link>
              <span className={css.second}>
                {people.name(String(request.askedOf))} · <OptionPill options={EVIDENCE_STATUS} value={status} bare />{' '}
                <DateText date={String(request.dueDate)} due={waits} />
              </span>
            </li>
          );
        })}
      </ul>
      {mayAsk ? (
        <Button variant="transparent" leftSection={<Icon name="plus" size={14} />} onClick={() => setAsking(true)}>
          Ask for evidence
        </Button>
      ) : null}
      {asking ? (
        <AskDialog
          planId={row.auditPlanId}
          tests={[
            {
              testId: row.id,
              ref: row.ref,
              controlRef: paper.control?.ref ?? null,
              title: row.title,
              ownerId: paper.control?.ownerId ?? null,
              requests: requests.length,
            },
          ]}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </section>
  );
}
