/** The routes of the window. Screens come when they are first opened; each has its own error boundary. */
import { lazy } from 'react';
import { createHashRouter, type RouteObject } from 'react-router';
import { Root } from './Root';
import { NotFoundScreen, RouteErrorScreen } from './RouteErrorScreen';

/** The router waits for a lazy route before it draws anything; the first address must not keep the sign-in from the screen. */
const HomePage = lazy(async () => ({ default: (await import('../features/home/HomePage')).HomePage }));

const screens: RouteObject[] = [
  { index: true, Component: HomePage },
  { path: 'r/:entity', lazy: async () => ({ Component: (await import('../entities/pages')).ListPage }) },
  { path: 'r/:entity/new', lazy: async () => ({ Component: (await import('../entities/pages')).FormPage }) },
  { path: 'r/:entity/:id', lazy: async () => ({ Component: (await import('../entities/pages')).DetailPage }) },
  { path: 'r/:entity/:id/edit', lazy: async () => ({ Component: (await import('../entities/pages')).FormPage }) },
  { path: 'work', lazy: async () => ({ Component: (await import('../features/work/WorkPage')).WorkPage }) },
  { path: 'import/oscal', lazy: async () => ({ Component: (await import('../features/oscal/ImportPage')).ImportPage }) },
  {
    path: 'crosswalk',
    lazy: async () => ({ Component: (await import('../domains/regops/crosswalk/CrosswalkPage')).CrosswalkPage }),
  },
  {
    path: 'coverage',
    lazy: async () => ({ Component: (await import('../domains/regops/coverage/CoveragePage')).CoveragePage }),
  },
  {
    path: 'versions',
    lazy: async () => ({ Component: (await import('../domains/regops/versions/VersionsPage')).VersionsPage }),
  },
  {
    path: 'policies/write/:versionId',
    lazy: async () => ({ Component: (await import('../domains/regops/policies/WritePage')).WritePage }),
  },
  {
    path: 'policies/compare/:policyId',
    lazy: async () => ({ Component: (await import('../domains/regops/policies/ComparePage')).ComparePage }),
  },
  {
    path: 'policies/read/:acknowledgementId',
    lazy: async () => ({ Component: (await import('../domains/regops/policies/ReadPage')).ReadPage }),
  },
  {
    path: 'assessments/new',
    lazy: async () => ({ Component: (await import('../domains/regops/assessments/StartForm')).StartPage }),
  },
  {
    path: 'assessments/:assessmentId/:answerId?',
    lazy: async () => ({ Component: (await import('../domains/regops/assessments/AssessmentPage')).AssessmentPage }),
  },
  { path: 'ageing', lazy: async () => ({ Component: (await import('../features/reports/AgeingPage')).AgeingPage }) },
  { path: 'calendar', lazy: async () => ({ Component: (await import('../features/fieldwork/TimelinePage')).TimelinePage }) },
  { path: 'import/:entity', lazy: async () => ({ Component: (await import('../features/import/ImportPage')).ImportPage }) },
  { path: 'fieldwork', lazy: async () => ({ Component: (await import('../features/fieldwork/FieldworkPage')).FieldworkPage }) },
  {
    path: 'fieldwork/:planId/:testId?',
    lazy: async () => ({ Component: (await import('../features/fieldwork/FieldworkPage')).FieldworkPage }),
  },
  {
    path: 'connections',
    lazy: async () => ({ Component: (await import('../features/connections/ConnectionsPage')).ConnectionsPage }),
  },
  { path: 'admin/people', lazy: async () => ({ Component: (await import('../features/people/PeoplePage')).PeoplePage }) },
  { path: 'admin/trail', lazy: async () => ({ Component: (await import('../features/trail/TrailPage')).TrailPage }) },
  { path: 'admin/tenants', lazy: async () => ({ Component: (await import('../features/platform/TenantsPage')).TenantsPage }) },
  {
    path: 'admin/tenants/new',
    lazy: async () => ({ Component: (await import('../features/platform/NewTenantPage')).NewTenantPage }),
  },
  {
    path: 'admin/tenants/:id/settings',
    lazy: async () => ({ Component: (await import('../features/platform/TenantSettingsPage')).TenantSettingsPage }),
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
