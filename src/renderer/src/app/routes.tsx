/** The routes of the window. Screens come when they are first opened; each has its own error boundary. */
import { createHashRouter, type RouteObject } from 'react-router';
import { Root } from './Root';
import { NotFoundScreen, RouteErrorScreen } from './RouteErrorScreen';

const screens: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('../features/home/HomePage')).HomePage }) },
  { path: 'r/:entity', lazy: async () => ({ Component: (await import('../entities/pages')).ListPage }) },
  { path: 'r/:entity/new', lazy: async () => ({ Component: (await import('../entities/pages')).FormPage }) },
  { path: 'r/:entity/:id', lazy: async () => ({ Component: (await import('../entities/pages')).DetailPage }) },
  { path: 'r/:entity/:id/edit', lazy: async () => ({ Component: (await import('../entities/pages')).FormPage }) },
  { path: 'import/oscal', lazy: async () => ({ Component: (await import('../features/oscal/ImportPage')).ImportPage }) },
  { path: 'fieldwork', lazy: async () => ({ Component: (await import('../features/fieldwork/FieldworkPage')).FieldworkPage }) },
  {
    path: 'fieldwork/:planId/:testId?',
    lazy: async () => ({ Component: (await import('../features/fieldwork/FieldworkPage')).FieldworkPage }),
  },
  {
    path: 'connections',
    lazy: async () => ({ Component: (await import('../features/connections/ConnectionsPage')).ConnectionsPage }),
  },
  { path: 'settings', lazy: async () => ({ Component: (await import('../features/settings/SettingsPage')).SettingsPage }) },
  { path: '*', Component: NotFoundScreen },
];

export const router = createHashRouter([
  {
    Component: Root,
    errorElement: <RouteErrorScreen />,
    hydrateFallbackElement: <div />,
    children: [{ errorElement: <RouteErrorScreen />, children: screens }],
  },
]);
