/** Ways in, out and over: signing in and out, and changing the tenant. What follows is in `session.ts`. */
import { notify, notifyError } from './notices';
import { setSession } from './session';
import { trpcClient } from './trpc';

/** Signs in; throws the coded refusal, for the form to show. */
export async function signIn(email: string, password: string): Promise<void> {
  setSession(await trpcClient.session.signIn.mutate({ email, password }));
}

export async function signOut(): Promise<void> {
  try {
    setSession(await trpcClient.session.signOut.mutate());
  } catch (error) {
    notifyError(error, 'Signing out did not work');
  }
}

/** Opens another tenant; screens, answers and notices of the one before are gone, and so is what was copied there. */
export async function switchTenant(tenantId: string): Promise<void> {
  setSession(await trpcClient.session.switchTenant.mutate({ tenantId }));
  await clearClipboard();
}

/** Empties the clipboard. A window without the focus may not; then the person is told, for a notice outlives the change. */
async function clearClipboard(): Promise<void> {
  try {
    await navigator.clipboard.writeText('');
  } catch {
    notify({
      tone: 'attention',
      title: 'The clipboard was not cleared',
      text: 'It may still hold something of the tenant before. Copy something else over it.',
      stays: true,
    });
  }
}
