/** Whether the window is below 1000 px, where the navigation stays a rail. */
import { useSyncExternalStore } from 'react';

const query = '(max-width: 999px)';

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}
