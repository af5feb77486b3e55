/** The navigation: groups by domain with counts where something waits, or a rail of icons where the screen needs the room. */
import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { NavLink, useLocation } from 'react-router';
import { Icon } from '../components/Icon';
import { countsOptions } from '../entities/api';
import { useWorkCount } from '../features/work/useWork';
import { formatNumber } from '../lib/format';
import { useMe, useWorkspace } from '../lib/session';
import css from './Navigation.module.css';
import { isIn, isPlatformPath, NAV_FOOT, type NavItem, navigationFor, platformNavigation } from './navigation';

function useCount(item: NavItem): number | null {
  const counts = useQuery({ ...countsOptions(item.count?.entity ?? 'findings'), enabled: item.count !== undefined });
  const waiting = useWorkCount(item.waiting === true);
  if (item.waiting) return waiting;
  if (item.count === undefined) return null;
  return counts.data?.[item.count.view] ?? null;
}

function Item({ item, rail }: { readonly item: NavItem; readonly rail: boolean }) {
  const { pathname } = useLocation();
  const count = useCount(item);
  const current = isIn(item, pathname);
  const link = (
    <NavLink
      to={item.to}
      className={css.item}
      data-current={current || undefined}
      aria-current={current ? 'page' : undefined}
      aria-label={rail ? item.label : undefined}
      aria-keyshortcuts={`G ${item.letter}`}
    >
      <Icon name={item.icon} />
      {rail ? null : <span className={css.label}>{item.label}</span>}
      {rail || count === null || count === 0 ? null : <span className={css.count}>{formatNumber(count)}</span>}
    </NavLink>
  );
  return rail ? (
    <Tooltip label={item.label} position="right" openDelay={100}>
      {link}
    </Tooltip>
  ) : (
    link
  );
}

export function Navigation({ rail }: { readonly rail: boolean }) {
  const workspace = useWorkspace();
  const platform = useMe()?.platform ?? false;
  const { pathname } = useLocation();
  const groups = isPlatformPath(pathname)
    ? platformNavigation(workspace?.name ?? null)
    : navigationFor(workspace?.functions ?? [], platform);
  return (
    <nav className={css.nav} data-rail={rail || undefined} aria-label="Main" data-pane="Navigation" tabIndex={-1}>
      {groups.map((group) => (
        <div key={group.label ?? 'top'} className={css.group}>
          {group.label === null || rail ? null : <h2 className={css.groupLabel}>{group.label}</h2>}
          {group.items.map((item) => (
            <Item key={item.key} item={item} rail={rail} />
          ))}
        </div>
      ))}
      <div className={`${css.group} ${css.foot}`}>
        {NAV_FOOT.map((item) => (
          <Item key={item.key} item={item} rail={rail} />
        ))}
      </div>
    </nav>
  );
}
