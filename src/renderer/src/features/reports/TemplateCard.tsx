/** The tenant's Word template: which one is in use, one to start from, and by an administrator or a lead, another one. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { bridge } from '@renderer/lib/bridge';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { formatDate } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useOperationIds } from '../fieldwork/records';
import css from './ReportTab.module.css';

export function TemplateCard() {
  const query = useQuery(trpc.reports.template.queryOptions());
  const input = useRef<HTMLInputElement>(null);
  const ids = useOperationIds();
  const done = () => {
    ids.settle();
    void recordsChanged(['auditReports']);
  };
  const start = useMutation({
    ...trpc.reports.saveTemplate.mutationOptions({ meta: { failure: 'The template was not saved' } }),
    onSuccess: ({ saved }) => {
      if (saved) notify({ tone: 'good', title: `${saved.fileName} is saved` });
    },
  });
  const set = useMutation({
    ...trpc.reports.setTemplate.mutationOptions({ meta: { quiet: true } }),
    onSuccess: ({ fileName }) =>
      notify({ tone: 'good', title: fileName === null ? 'Reports use the built-in template' : `Reports use ${fileName}` }),
    onSettled: done,
  });
  const take = (file: File | undefined) => {
    if (!file) return;
    void bridge()
      .grantFile(file)
      .then(({ grantId }) => set.mutate({ opId: ids.of(grantId), templateId: uuidv7(), grantId }));
  };
  const back = () => {
    set.mutate({ opId: ids.of(null), templateId: uuidv7(), grantId: null });
  };
  const { data } = query;
  if (!data) return null;
  const refused = set.isError ? errorWords(toErrorData(set.error)) : null;
  return (
    <Card title="Word template">
      {data.template === null ? (
        <p className={css.hint}>The built-in one. Start from it to make your own.</p>
      ) : (
        <dl className={css.hashes}>
          <div>
            <dt>{data.template.fileName}</dt>
            <dd>
              <HashText hash={data.template.sha256} />
            </dd>
          </div>
          <div>
            <dt>
              By {data.template.by ?? 'somebody'}, {formatDate(data.template.at.slice(0, 10))}
            </dt>
          </div>
        </dl>
      )}
      {refused === null ? null : (
        <p className={css.refused} role="alert">
          <strong>{refused.title}.</strong> {refused.text}
        </p>
      )}
      <div className={css.buttons}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="download" size={14} />}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {data.template === null ? 'Save to change' : 'Save'}
        </Button>
        {data.maySet ? (
          <>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<Icon name="upload" size={14} />}
              loading={set.isPending}
              onClick={() => input.current?.click()}
            >
              Use another …
            </Button>
            <input
              ref={input}
              type="file"
              hidden
              accept=".docx"
              aria-label="Word template"
              data-testid="report-template"
              onChange={(event) => {
                take(event.currentTarget.files?.[0]);
                event.currentTarget.value = '';
              }}
            />
            {data.template === null ? null : (
              <Button size="compact-sm" variant="default" disabled={set.isPending} onClick={back}>
                Use the built-in one
              </Button>
            )}
          </>
        ) : null}
      </div>
    </Card>
  );
}
