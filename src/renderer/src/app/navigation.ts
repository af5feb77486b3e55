/** What the navigation holds: only what exists, and only what the person's functions open. Entities bring their own name and icon. */
import { type EntityName, entityOf } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';

export interface NavItem {
  readonly key: string;
  readonly label: string;
  readonly icon: string;
  readonly to: string;
  /** `G` then this letter. */
  readonly letter: string;
  /** Entity and view whose count stands beside it. */
  readonly count?: { readonly entity: EntityName; readonly view: string };
  /** What waits for the person stands beside it. */
  readonly waiting?: true;
  /** Shown to these functions; to everybody where it is left out. */
  readonly only?: readonly TenantFunction[];
}

export interface NavGroup {
  readonly label: string | null;
  readonly items: readonly NavItem[];
}

function listOf(entity: EntityName, letter: string, count?: string): NavItem {
  const { label, icon } = entityOf(entity);
  return {
    key: entity,
    label: label.many,
    icon,
    to: `/r/${entity}`,
    letter,
    count: count === undefined ? undefined : { entity, view: count },
  };
}

export const NAVIGATION: readonly NavGroup[] = [
  {
    label: null,
    items: [
      { key: 'home', label: 'Home', icon: 'dashboard', to: '/', letter: 'H' },
      { key: 'work', label: 'My work', icon: 'inbox', to: '/work', letter: 'M', waiting: true },
    ],
  },
  {
    label: 'RegOps',
    items: [
      listOf('regulations', 'R'),
      listOf('requirements', 'Q'),
      listOf('controlSets', 'S'),
      listOf('controls', 'C'),
      listOf('complianceAssessments', 'J'),
      listOf('policies', 'Y'),
      listOf('policyAcknowledgements', 'K', 'mine'),
      { key: 'coverage', label: 'Coverage', icon: 'grid', to: '/coverage', letter: 'O' },
      { key: 'crosswalk', label: 'Crosswalk', icon: 'arrows-join', to: '/crosswalk', letter: 'G' },
      { key: 'versions', label: 'Versions', icon: 'arrow-swap', to: '/versions', letter: 'V' },
    ],
  },
  {
    label: 'AuditOps',
    items: [
      listOf('auditPlans', 'P'),
      { key: 'calendar', label: 'Audit calendar', icon: 'calendar', to: '/calendar', letter: 'D' },
      { key: 'fieldwork', label: 'Fieldwork', icon: 'fieldwork', to: '/fieldwork', letter: 'W' },
      listOf('findings', 'F', 'open'),
      { key: 'ageing', label: 'Findings ageing', icon: 'clock', to: '/ageing', letter: 'Z' },
      listOf('actions', 'A'),
      listOf('auditEvidence', 'E'),
      listOf('evidenceRequests', 'X', 'mine'),
      listOf('auditReports', 'B', 'open'),
    ],
  },
  {
    label: 'Administration',
    items: [
      { key: 'people', label: 'People', icon: 'people', to: '/admin/people', letter: 'U', only: ['admin'] },
      { key: 'trail', label: 'Audit trail', icon: 'history', to: '/admin/trail', letter: 'T', only: ['admin'] },
    ],
  },
];

export const NAV_FOOT: readonly NavItem[] = [
  { key: 'connections', label: 'Connections', icon: 'server', to: '/connections', letter: 'L' },
  { key: 'settings', label: 'Settings', icon: 'settings', to: '/settings', letter: 'I' },
];

/** Work on the platform: no tenant's records are on the screen, and the window says so in slate. */
const PLATFORM: NavGroup = {
  label: 'Platform',
  items: [{ key: 'tenants', label: 'Tenants', icon: 'building', to: '/admin/tenants', letter: 'N' }],
};

/** The groups that a person with these functions sees; a group with nothing in it is left out. */
export function navigationFor(functions: readonly TenantFunction[], platform = false): readonly NavGroup[] {
  // nobody is in a tenant without a function: no tenant is open, and the platform is all there is
  if (platform && functions.length === 0) return [PLATFORM];
  const opens = ({ only }: NavItem) => only === undefined || only.some((fn) => functions.includes(fn));
  const groups = platform ? [...NAVIGATION, PLATFORM] : NAVIGATION;
  return groups.map((group) => ({ ...group, items: group.items.filter(opens) })).filter(({ items }) => items.length > 0);
}

/** Everything that such a person can go to. */
export function navItemsFor(functions: readonly TenantFunction[], platform = false): readonly NavItem[] {
  return [...navigationFor(functions, platform).flatMap((group) => group.items), ...NAV_FOOT];
}

/** What the navigation holds during work on the platform: that work, and the way back into the tenant, unless none is open. */
export function platformNavigation(tenantName: string | null): readonly NavGroup[] {
  if (tenantName === null) return [{ ...PLATFORM, label: null }];
  return [
    { ...PLATFORM, label: null },
    { label: 'Back to', items: [{ key: 'home', label: tenantName, icon: 'dashboard', to: '/', letter: 'H' }] },
  ];
}

/** True for the screens of the platform's administration. */
export function isPlatformPath(path: string): boolean {
  return PLATFORM.items.some((item) => isIn(item, path));
}

/** True for the screens that need no tenant. */
export function needsNoTenant(path: string): boolean {
  return isPlatformPath(path) || NAV_FOOT.some((item) => isIn(item, path));
}

/** True where a path lies in an item's part of the app. */
export function isIn(item: NavItem, path: string): boolean {
  return item.to === '/' ? path === '/' : path === item.to || path.startsWith(`${item.to}/`);
}
