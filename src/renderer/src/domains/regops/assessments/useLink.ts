/** Links a control or a piece of evidence to an answer, and takes a link away: each an operation of its own. */
import { applyOperation } from '@renderer/entities/api';
import { notifyError } from '@renderer/lib/notices';
import { uuidv7 } from '@renderer/lib/uuid';
import type { Operation } from '@shared/operations';
import { useState } from 'react';

type Kind = 'assessmentControls' | 'assessmentEvidence';

const OTHER = { assessmentControls: 'controlId', assessmentEvidence: 'evidenceId' } as const;

export function useLink(kind: Kind, answerId: string) {
  const [busy, setBusy] = useState(false);
  const send = async (operation: Operation) => {
    setBusy(true);
    try {
      await applyOperation(operation);
    } catch (error) {
      notifyError(error, 'The link did not change');
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    add: (otherId: string) =>
      send({
        opId: uuidv7(),
        entity: kind,
        entityId: uuidv7(),
        kind: 'create',
        baseVersion: null,
        base: {},
        patch: { requirementAssessmentId: answerId, [OTHER[kind]]: otherId },
      }),
    remove: (linkId: string, baseVersion: number) =>
      send({ opId: uuidv7(), entity: kind, entityId: linkId, kind: 'archive', baseVersion, base: {}, patch: {} }),
  };
}
