/** Asks for evidence: of one test, or of many tests of a programme at once, each of the person who owns the control. */
import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { usePeople } from '@renderer/entities/api';
import { DayField } from '@renderer/entities/form/DateField';
import { PersonPicker } from '@renderer/entities/form/pickers';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { todayHere } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import type { RequestSuggestion } from '@shared/wire/requests';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import css from './AskDialog.module.css';
import { useOperationIds } from './records';

export interface AskDialogProps {
  readonly planId: string | null;
  readonly tests: readonly RequestSuggestion[];
  readonly onClose: () => void;
}

const NAME = '{control}';

/** A fortnight from today, as the first guess of a due date. */
function inTwoWeeks(): string {
  const day = new Date(`${todayHere()}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 14);
  return day.toISOString().slice(0, 10);
}

export function AskDialog({ planId, tests, onClose }: AskDialogProps) {
  const people = usePeople();
  const one = tests.length === 1 ? tests[0] : undefined;
  const [title, setTitle] = useState(one ? '' : `Evidence for ${NAME}`);
  const [description, setDescription] = useState('');
  const [dueDate, setDueDate] = useState(inTwoWeeks);
  const [person, setPerson] = useState(one?.ownerId ?? '');
  const [left, setLeft] = useState<ReadonlySet<string>>(
    () => new Set(one ? [] : tests.filter((test) => test.requests > 0).map((test) => test.testId)),
  );
  const requestIds = useRef(new Map<string, string>());
  const ids = useOperationIds();
  const chosen = tests.filter((test) => !left.has(test.testId));
  const nobody = chosen.filter((test) => (one ? person : (test.ownerId ?? person)) === '');
  const ask = useMutation({
    ...trpc.fieldwork.ask.mutationOptions({ meta: { quiet: true } }),
    onSuccess: ({ requestIds: made }) => {
      void recordsChanged(['evidenceRequests']);
      notify({ tone: 'good', title: made.length === 1 ? 'Evidence asked for' : `${made.length} requests sent` });
      onClose();
    },
  });
  const words = ask.isError ? errorWords(toErrorData(ask.error)) : null;
  const idFor = (testId: string) => {
    const id = requestIds.current.get(testId) ?? uuidv7();
    requestIds.current.set(testId, id);
    return id;
  };
  const submit = () => {
    const requests = chosen.map((test) => ({
      id: idFor(test.testId),
      title: title.replaceAll(NAME, [test.controlRef, test.title].filter(Boolean).join(' ')).slice(0, 255),
      description: description.trim() === '' ? null : description.trim(),
      auditPlanId: planId,
      controlTestId: test.testId,
      askedOf: one ? person : (test.ownerId ?? person),
      dueDate,
    }));
    ask.mutate({ opId: ids.of(requests), requests });
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={one ? `Ask for evidence of ${one.controlRef ?? one.ref ?? one.title}` : 'Ask for evidence'}
      action={chosen.length === 1 ? 'Send the request' : `Send ${chosen.length} requests`}
      onAction={submit}
      busy={ask.isPending}
      disabled={title.trim() === '' || dueDate === '' || chosen.length === 0 || nobody.length > 0}
      size={640}
    >
      <div className={css.form}>
        {words ? (
          <p className={css.fault} role="alert">
            <strong>{words.title}.</strong> {words.text}
          </p>
        ) : null}
        <TextInput
          label="What is asked for"
          description={one ? undefined : `${NAME} stands for the control of each test`}
          withAsterisk
          data-autofocus
          maxLength={255}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxRows={8}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <div className={css.row}>
          <PersonPicker
            label={one ? 'Asked of' : 'Asked of, where a control has no owner'}
            value={person}
            required={one !== undefined || nobody.length > 0}
            withAsterisk={one !== undefined}
            onChange={(value) => setPerson(typeof value === 'string' ? value : '')}
          />
          <DayField label="Due" value={dueDate} onChange={setDueDate} />
        </div>
        {one ? null : (
          <fieldset className={css.tests}>
            <legend>
              {chosen.length} of {tests.length} tests
            </legend>
            {tests.map((test) => (
              <Checkbox
                key={test.testId}
                size="xs"
                checked={!left.has(test.testId)}
                onChange={(event) => {
                  const next = new Set(left);
                  if (event.currentTarget.checked) next.delete(test.testId);
                  else next.add(test.testId);
                  setLeft(next);
                }}
                label={
                  <span>
                    {test.controlRef ?? test.ref} {test.title.replace(`${test.controlRef} `, '')}{' '}
                    <span className={css.second}>
                      {people.name(test.ownerId ?? person) ?? 'nobody yet'}
                      {test.requests > 0 ? ` · asked ${test.requests === 1 ? 'once' : `${test.requests} times`} already` : ''}
                    </span>
                  </span>
                }
              />
            ))}
          </fieldset>
        )}
      </div>
    </Dialog>
  );
}
