/**
 * Sending what a form holds, for the page and for the dialog: faults first, then one operation whose id belongs to its content, so that
 * sending again after a lost reply makes one record. What the service refuses stands at its field.
 */
import type { Entity } from '@shared/entities/define';
import type { Operation } from '@shared/operations';
import { useRef, useState } from 'react';
import { errorClass, isDropped, toErrorData } from '../../lib/errors';
import { notify, notifyError } from '../../lib/notices';
import { uuidv7 } from '../../lib/uuid';
import { applyOperation } from '../api';
import type { ConflictResult } from '../conflict/resolve';
import { focusField } from './FaultBanner';
import { type OperationBody, OperationIds, operationBody } from './operation';
import type { FormState } from './useFormState';
import { formFields, REASON_FIELD } from './validate';

export interface SaveOptions {
  readonly definition: Entity;
  readonly form: FormState;
  /** After the record stands so, whoever wrote it. */
  readonly onSaved: (entityId: string) => void;
  /** Nothing was written: somebody else changed the same fields. */
  readonly onConflict: (sent: Operation, result: ConflictResult) => void;
}

export interface Saving {
  readonly busy: boolean;
  /** Sends the form; goes to the first fault instead, where there is one. False where there is nothing to send. */
  readonly save: () => boolean;
  readonly send: (body: OperationBody) => Promise<void>;
  /** Shows all faults and goes to the next one. */
  readonly goToFault: () => void;
  /** The record stands, by this operation or by another's. */
  readonly done: (entityId: string, words: string) => void;
}

export function useSave({ definition, form, onSaved, onConflict }: SaveOptions): Saving {
  const [ids] = useState(() => new OperationIds(uuidv7));
  const [busy, setBusy] = useState(false);
  const nextFault = useRef(0);
  const isNew = form.purpose === 'create';

  const done = (entityId: string, words: string) => {
    ids.settle();
    form.drop();
    notify({ tone: 'good', title: words });
    onSaved(entityId);
  };
  const send = async (body: OperationBody) => {
    const operation = ids.seal(body);
    setBusy(true);
    try {
      const result = await applyOperation(operation);
      if (result.status === 'conflict') {
        ids.settle();
        onConflict(operation, result);
      } else done(result.entityId, savedWords(definition, result.status, isNew));
    } catch (error) {
      if (isDropped(error)) return;
      // the reply may be lost and the change made: the same content keeps its id, so that sending it again is safe
      if (errorClass(error) !== 'network') ids.settle();
      const { code, faults } = toErrorData(error);
      const asked = code === 'REASON_REQUIRED' ? [{ path: REASON_FIELD, message: 'Say why; this step needs a reason now.' }] : [];
      const shown = faults.filter((fault) => formFields(definition).includes(fault.path) || fault.path === REASON_FIELD);
      form.setServerFaults([...asked, ...shown]);
      form.showAll();
      const one = definition.label.one.toLowerCase();
      notifyError(error, isNew ? `The ${one} is not saved yet` : 'The change is not saved yet');
    } finally {
      setBusy(false);
    }
  };
  const goToFault = () => {
    const faults = form.allFaults;
    form.showAll();
    if (faults.length === 0) return;
    const fault = faults[nextFault.current % faults.length];
    nextFault.current += 1;
    if (fault !== undefined) requestAnimationFrame(() => focusField(fault.path));
  };
  const save = () => {
    if (busy) return true;
    if (form.allFaults.length > 0) {
      nextFault.current = 0;
      goToFault();
      return true;
    }
    if (!isNew && form.changed.length === 0) {
      form.drop();
      return false;
    }
    void send(
      operationBody({
        definition,
        purpose: form.purpose,
        entityId: form.draft.entityId,
        baseVersion: form.draft.baseVersion,
        initial: form.draft.initial,
        values: form.draft.values,
        reason: form.asksReason ? form.draft.reason : '',
      }),
    );
    return true;
  };
  return { busy, save, send, goToFault, done };
}

function savedWords(definition: Entity, status: 'applied' | 'merged' | 'unchanged', created: boolean): string {
  const { one } = definition.label;
  if (created) return `${one} saved`;
  if (status === 'merged') return `${one} saved, together with a change of somebody else`;
  return status === 'unchanged' ? `${one} said so already` : `${one} saved`;
}
