/** All rows of a query, read page by page, for a screen that needs them at once (a tree). Lists never do. */
import type { ListQuery } from '@shared/listing';
import type { EntityApi } from './api';
import type { GenericRow } from './rows';

const PAGE = 500;

export interface AllRows {
  readonly rows: readonly GenericRow[];
  readonly labels: Readonly<Record<string, string>>;
  readonly total: number;
}

/** Reads all pages of a query, up to `limit` rows. */
export async function readAll(list: EntityApi['list'], query: ListQuery, limit: number): Promise<AllRows> {
  const rows: GenericRow[] = [];
  const labels: Record<string, string> = {};
  let total = 0;
  do {
    const page = await list.query({ ...query, offset: rows.length, limit: Math.min(PAGE, limit - rows.length) });
    total = page.total;
    rows.push(...page.rows);
    Object.assign(labels, page.labels);
    if (page.rows.length === 0) break;
  } while (rows.length < Math.min(total, limit));
  return { rows, labels, total };
}
