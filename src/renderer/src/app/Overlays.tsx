/** The window's own dialogs; each comes when it is first opened. */
import { lazy, Suspense } from 'react';
import { closeOverlay, type Overlay } from '../lib/overlays';

const LeaveDialog = lazy(async () => ({ default: (await import('./LeaveDialog')).LeaveDialog }));
const KeysSheet = lazy(async () => ({ default: (await import('../features/keys/KeysSheet')).KeysSheet }));
const TenantSwitcher = lazy(async () => ({ default: (await import('../features/tenants/TenantSwitcher')).TenantSwitcher }));
const CommandPalette = lazy(async () => ({ default: (await import('../features/palette/CommandPalette')).CommandPalette }));

export function Overlays({ open }: { readonly open: Overlay | null }) {
  return (
    <Suspense fallback={null}>
      {open === 'leave' ? <LeaveDialog onClose={closeOverlay} /> : null}
      {open === 'keys' ? <KeysSheet onClose={closeOverlay} /> : null}
      {open === 'tenants' ? <TenantSwitcher onClose={closeOverlay} /> : null}
      {open === 'palette' ? <CommandPalette onClose={closeOverlay} /> : null}
    </Suspense>
  );
}
