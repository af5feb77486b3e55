/** The head: where one is, search, how the connection stands, keys, the person. */
import { ActionIcon, Tooltip } from '@mantine/core';
import type { ConnectionState, SignedInPerson } from '@shared/ipc';
import type { TenantFunction } from '@shared/roles';
import { Fragment } from 'react';
import { Link } from 'react-router';
import { Icon } from '../components/Icon';
import { KeyCap } from '../components/KeyCap';
import { Bell } from '../features/work/Bell';
import { openOverlay } from '../lib/overlays';
import type { Crumb } from '../lib/page-head';
import { ConnectionChip } from './ConnectionChip';
import css from './Head.module.css';
import { PersonMenu } from './PersonMenu';

export interface HeadProps {
  readonly crumbs: readonly Crumb[];
  readonly person: SignedInPerson;
  readonly functions: readonly TenantFunction[];
  readonly connection: ConnectionState;
}

export function Head({ crumbs, person, functions, connection }: HeadProps) {
  return (
    <header className={css.head}>
      <nav className={css.crumbs} aria-label="Breadcrumb">
        <ol>
          {crumbs.map((crumb, index) => (
            <Fragment key={`${crumb.label}-${crumb.to ?? index}`}>
              {index > 0 ? (
                <li aria-hidden="true" className={css.arrow}>
                  <Icon name="chevron-right" size={14} />
                </li>
              ) : null}
              <li className={css.crumb} aria-current={index === crumbs.length - 1 ? 'page' : undefined}>
                {crumb.to !== undefined && index < crumbs.length - 1 ? <Link to={crumb.to}>{crumb.label}</Link> : crumb.label}
              </li>
            </Fragment>
          ))}
        </ol>
      </nav>
      <button type="button" className={css.search} onClick={() => openOverlay('palette')} aria-keyshortcuts="Control+K">
        <Icon name="search" />
        <span className={css.searchWords}>Search or run a command</span>
        <KeyCap keys="Ctrl+K" joined />
      </button>
      <ConnectionChip connection={connection} />
      <Bell />
      <Tooltip label="All keys">
        <ActionIcon aria-label="All keys" onClick={() => openOverlay('keys')}>
          <Icon name="keyboard" />
        </ActionIcon>
      </Tooltip>
      <span className={css.rule} aria-hidden="true" />
      <PersonMenu person={person} functions={functions} />
    </header>
  );
}
