/** Makes the retest of a finding: a control test that is linked to it, in its audit while that runs, and opens it. */
import { applyOperation, entityApi } from '@renderer/entities/api';
import { detailPath, worksheetPath } from '@renderer/entities/paths';
import { errorClass } from '@renderer/lib/errors';
import { todayHere } from '@renderer/lib/format';
import { notifyError } from '@renderer/lib/notices';
import { recordsChanged } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useOperationIds } from '../fieldwork/records';

const RUNNING: readonly unknown[] = ['planned', 'fieldwork', 'review'];
const TITLE_LENGTH = 255;

export function useRetest(finding: EntityRow<'findings'>): { readonly busy: boolean; readonly make: () => Promise<void> } {
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const ids = useOperationIds();
  const entityId = useRef(uuidv7());
  const make = async () => {
    setBusy(true);
    try {
      const plan =
        finding.auditPlanId === null ? null : (await entityApi('auditPlans').get.query({ id: finding.auditPlanId })).row;
      // an audit that has ended takes no test in any more; its findings are retested all the same
      const auditPlanId = plan !== null && RUNNING.includes(plan.status) ? plan.id : null;
      const patch = {
        title: `Retest of ${finding.ref ?? ''} ${finding.title}`.slice(0, TITLE_LENGTH),
        retestOfId: finding.id,
        testDate: todayHere(),
        ...(auditPlanId === null ? {} : { auditPlanId }),
        ...(finding.controlId === null ? {} : { controlId: finding.controlId }),
        procedure: [
          finding.condition && `What was found: ${finding.condition}`,
          finding.recommendation && `What was recommended: ${finding.recommendation}`,
        ]
          .filter(Boolean)
          .join('\n\n'),
      };
      const body = {
        entity: 'controlTests' as const,
        entityId: entityId.current,
        kind: 'create' as const,
        baseVersion: null,
        base: {},
        patch,
      };
      await applyOperation({ ...body, opId: ids.of(body) });
      ids.settle();
      await recordsChanged(['findings', 'controlTests']);
      void navigate(
        auditPlanId === null ? detailPath('controlTests', entityId.current) : worksheetPath(auditPlanId, entityId.current),
      );
    } catch (error) {
      if (errorClass(error) !== 'network') {
        ids.settle();
        entityId.current = uuidv7();
      }
      notifyError(error, 'No retest was made');
    } finally {
      setBusy(false);
    }
  };
  return { busy, make };
}
