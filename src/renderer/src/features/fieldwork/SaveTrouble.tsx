/** What a person must know when a change could not be saved: what is kept, and the ways on. Nothing typed is thrown away unasked. */
import { Button } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import css from './SaveTrouble.module.css';
import type { TestDraft } from './useTestDraft';

export function SaveTrouble({ draft }: { readonly draft: TestDraft }) {
  const { state } = draft;
  if (state.kind !== 'failed') return null;
  const words = errorWords(toErrorData(state.error));
  return (
    <div className={css.trouble} role="alert">
      <Icon name="alert-filled" size={16} />
      <span>
        <strong>{words.title}.</strong> {words.text} What you wrote stays here until it is saved.
      </span>
      <Button size="compact-sm" variant="default" onClick={() => void draft.flush()}>
        Save again
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={draft.discard}>
        Show the saved version
      </Button>
    </div>
  );
}
