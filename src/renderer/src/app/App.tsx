/** Providers round the routes. */
import { useMantineColorScheme } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import { RouterProvider } from 'react-router';
import { NoticeStack } from '../components/NoticeStack';
import { useKnownTheme } from '../lib/settings';
import { queryClient } from '../lib/trpc';
import { useShortcutListener } from '../lib/use-shortcuts';
import { ThemeProvider } from '../theme/ThemeProvider';
import { router } from './routes';

/** Keeps Mantine's scheme as the settings in main say. */
function SchemeKeeper() {
  const theme = useKnownTheme();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme !== null) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  return null;
}

export function App() {
  useShortcutListener();
  return (
    <ThemeProvider>
      <SchemeKeeper />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <NoticeStack />
      </QueryClientProvider>
    </ThemeProvider>
  );
}
