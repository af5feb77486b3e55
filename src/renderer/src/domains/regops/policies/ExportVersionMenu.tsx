/** A version as a file: PDF and Word to be read, Markdown as the very text that its hash is of. */
import { Button } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { ActionMenu } from '@renderer/entities/parts/ActionMenu';
import { notify } from '@renderer/lib/notices';
import { trpc } from '@renderer/lib/trpc';
import { useMutation } from '@tanstack/react-query';

const FORMATS = [
  { key: 'pdf', label: 'PDF' },
  { key: 'docx', label: 'Word' },
  { key: 'md', label: 'Markdown' },
] as const;

export function ExportVersionMenu({ versionId, called }: { readonly versionId: string; readonly called: string }) {
  const save = useMutation({
    ...trpc.policies.exportVersion.mutationOptions({ meta: { failure: 'The version was not exported' } }),
    onSuccess: ({ saved }) => {
      if (saved) notify({ tone: 'good', title: `${saved.fileName} is saved` });
    },
  });
  return (
    <ActionMenu
      label={`Export ${called}`}
      button={(props) => (
        <Button leftSection={<Icon name="download" />} loading={save.isPending} {...props}>
          Export
        </Button>
      )}
      items={FORMATS.map(({ key, label }) => ({ key, label, run: () => save.mutate({ versionId, format: key }) }))}
    />
  );
}
