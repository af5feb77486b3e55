/** Takes chosen files into the vault one after the other; a failed one keeps its ids, so that trying again never files it twice. */
import { bridge } from '@renderer/lib/bridge';
import { recordsChanged, trpcClient } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Intake {
  readonly opId: string;
  readonly evidenceId: string;
  readonly file: File;
  readonly name: string;
  readonly size: number;
  /** Null while it is on its way. */
  readonly error: unknown;
}

type EvidenceType = 'photo' | 'document' | 'export' | 'screenshot' | 'other';

/** A first guess by the file's type; people correct it on the record. */
export function evidenceTypeOf(file: { readonly type: string; readonly name: string }): EvidenceType {
  if (file.type.startsWith('image/')) return /screen/i.test(file.name) ? 'screenshot' : 'photo';
  if (/csv|json|xml|spreadsheet|excel/.test(file.type) || /\.(csv|json|xml|xlsx?|log)$/i.test(file.name)) return 'export';
  if (file.type === 'application/pdf' || file.type.startsWith('text/') || /word|document/.test(file.type)) return 'document';
  return 'other';
}

export interface IntakeTarget {
  readonly controlTestId: string;
  readonly auditPlanId: string | null;
}

export function useEvidenceIntake(target: IntakeTarget) {
  const [intakes, setIntakes] = useState<readonly Intake[]>([]);
  const chain = useRef<Promise<void>>(Promise.resolve());
  const { controlTestId, auditPlanId } = target;
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const update = useCallback((opId: string, change: (intake: Intake) => Intake | null) => {
    if (!alive.current) return;
    setIntakes((all) => all.flatMap((intake) => (intake.opId === opId ? (change(intake) ?? []) : [intake])));
  }, []);

  const run = useCallback(
    (intake: Intake) => {
      chain.current = chain.current.then(async () => {
        try {
          const grant = await bridge().grantFile(intake.file);
          await trpcClient.evidence.attach.mutate({
            opId: intake.opId,
            evidenceId: intake.evidenceId,
            grantId: grant.grantId,
            title: intake.name.slice(0, 255),
            evidenceType: evidenceTypeOf(intake.file),
            controlTestId,
            ...(auditPlanId === null ? {} : { auditPlanId }),
          });
          await recordsChanged(['auditEvidence', 'evidenceFiles', 'controlTests']);
          update(intake.opId, () => null);
        } catch (error) {
          update(intake.opId, (before) => ({ ...before, error }));
        }
      });
    },
    [auditPlanId, controlTestId, update],
  );

  const add = useCallback(
    (files: readonly File[]) => {
      const fresh = files.map((file) => ({
        opId: uuidv7(),
        evidenceId: uuidv7(),
        file,
        name: file.name === '' ? 'Pasted file' : file.name,
        size: file.size,
        error: null,
      }));
      setIntakes((all) => [...all, ...fresh]);
      for (const intake of fresh) run(intake);
    },
    [run],
  );

  const retry = useCallback(
    (opId: string) => {
      const intake = intakes.find((candidate) => candidate.opId === opId);
      if (!intake) return;
      update(opId, (before) => ({ ...before, error: null }));
      run(intake);
    },
    [intakes, run, update],
  );

  const dismiss = useCallback((opId: string) => update(opId, () => null), [update]);
  return { intakes, add, retry, dismiss };
}
