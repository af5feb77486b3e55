/**
 * The demonstration's people have looked at their notices before: all are read but a handful of the latest of each kind, as on any day.
 * By the command of the window; what comes later is news as everywhere.
 */
import { readNotices } from '@main/collab/keep';
import { readNoticeList } from '@main/collab/notices';
import { DEMO_PERSONS, type DemoTenant } from '@shared/demo';
import type { NoticeKind } from '@shared/wire/collab';
import { v7 as uuidv7 } from 'uuid';
import type { TenantToFill } from './tenant';

/** So many of a kind are still new. */
const NEW: Readonly<Record<NoticeKind, number>> = {
  mention: 1,
  reply: 1,
  approval_asked: 2,
  approval_done: 1,
  overdue: 1,
  due: 1,
  assigned: 1,
  changed: 0,
};

export async function readOlderNotices({ as }: Pick<TenantToFill, 'as'>, tenant: DemoTenant['key']): Promise<void> {
  for (const { email, memberships } of DEMO_PERSONS) {
    for (const place of memberships) {
      if (place.tenant !== tenant) continue;
      const ctx = as(place.function, email.slice(0, email.indexOf('@')));
      const { items } = await readNoticeList(ctx);
      const left = { ...NEW };
      const keys = items.flatMap(({ key, kind, read }) => {
        if (read) return [];
        left[kind] -= 1;
        return left[kind] < 0 ? [key] : [];
      });
      if (keys.length > 0) await readNotices(ctx, { opId: uuidv7(), keys });
    }
  }
}
