/** Before the window closes with unsaved drafts: what would be lost, the safe choice in focus. */
import { Dialog } from '../components/Dialog';
import { leaveAnyway, unsavedCount } from '../lib/leave-guard';

export function LeaveDialog({ onClose }: { readonly onClose: () => void }) {
  const count = unsavedCount();
  const drafts = count === 1 ? '1 unsaved draft' : `${count} unsaved drafts`;
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Close the window?"
      action={`Close and lose ${drafts}`}
      onAction={leaveAnyway}
      destructive
      cancel="Keep working"
      writes={false}
    >
      <p>{drafts} would be lost. Everything that was saved is safe.</p>
    </Dialog>
  );
}
