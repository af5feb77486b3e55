/** The cache belongs to one person in one tenant: nothing of another is left, waits or comes back. */
import { describe, expect, it } from 'vitest';
import { CodedClientError } from './errors';
import { concerns, createQueryClient, invalidateEntities } from './query-client';
import { createScopeStore } from './scope';

function client() {
  const scope = createScopeStore();
  scope.enter('mira/nordhaven');
  const reported: unknown[] = [];
  const queries = createQueryClient({ scope, report: (error, title) => void reported.push([error, title]) });
  return { scope, queries, reported };
}

const LIST = [['entities', 'findings', 'list'], { type: 'query' }] as const;
const refused = (code: 'ROLE_FORBIDS' | 'SERVER_CLOSED', dropped = false) =>
  new CodedClientError({ code, details: {}, faults: [] }, { dropped });

describe('the cache', () => {
  it('is empty after a change of tenant', async () => {
    const { scope, queries } = client();
    await queries.fetchQuery({ queryKey: LIST, queryFn: async () => ['F-001 of Nordhaven'] });
    expect(queries.getQueryData(LIST)).toEqual(['F-001 of Nordhaven']);
    scope.enter('mira/helvia');
    expect(queries.getQueryCache().getAll()).toEqual([]);
    expect(queries.getQueryData(LIST)).toBeUndefined();
  });

  it('is empty after signing out, and stays so when the same person returns', async () => {
    const { scope, queries } = client();
    await queries.fetchQuery({ queryKey: LIST, queryFn: async () => ['F-001'] });
    scope.enter(null);
    scope.enter('mira/nordhaven');
    expect(queries.getQueryCache().getAll()).toEqual([]);
  });

  it('does not take in an answer that comes after the change', async () => {
    const { scope, queries } = client();
    let answer: (rows: string[]) => void = () => undefined;
    const running = queries
      .fetchQuery({ queryKey: LIST, queryFn: () => new Promise<string[]>((resolve) => (answer = resolve)) })
      .catch(() => undefined);
    scope.enter('mira/helvia');
    answer(['F-001 of Nordhaven']);
    await running;
    expect(queries.getQueryData(LIST)).toBeUndefined();
    expect(
      JSON.stringify(
        queries
          .getQueryCache()
          .getAll()
          .map((query) => query.state.data),
      ),
    ).not.toContain('Nordhaven');
  });

  it('changes nothing where the scope stays the same', async () => {
    const { scope, queries } = client();
    await queries.fetchQuery({ queryKey: LIST, queryFn: async () => ['F-001'] });
    scope.enter('mira/nordhaven');
    expect(queries.getQueryData(LIST)).toEqual(['F-001']);
  });

  it('aborts what is under way at the change', async () => {
    const { scope, queries } = client();
    let aborted = false;
    const running = queries
      .fetchQuery({
        queryKey: LIST,
        queryFn: ({ signal }) =>
          new Promise<string[]>((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              reject(signal.reason);
            });
          }),
      })
      .catch(() => undefined);
    scope.enter(null);
    await running;
    expect(aborted).toBe(true);
  });
});

describe('stale answers', () => {
  it('concern lists and details of the entity, and all that is drawn from records', () => {
    expect(concerns([['entities', 'findings', 'get'], {}], ['findings'])).toBe(true);
    expect(concerns([['entities', 'controls', 'list'], {}], ['findings'])).toBe(false);
    expect(concerns([['home', 'posture']], ['findings'])).toBe(true);
    expect(concerns([['audits', 'workpaper'], {}], ['evidenceFiles'])).toBe(true);
    expect(concerns([['app', 'info']], ['findings'])).toBe(false);
    expect(concerns(['reach', null], ['findings'])).toBe(false);
  });

  it('are marked by the change of a record', async () => {
    const { queries } = client();
    await queries.fetchQuery({ queryKey: LIST, queryFn: async () => ['F-001'] });
    await invalidateEntities(queries, ['findings']);
    expect(queries.getQueryState(LIST)?.isInvalidated).toBe(true);
  });
});

describe('errors', () => {
  it('of a first load are left to the screen; of a refresh they are told, but not where the network is away', async () => {
    const { queries, reported } = client();
    const fail = (error: Error) =>
      queries.fetchQuery({ queryKey: LIST, queryFn: () => Promise.reject(error) }).catch(() => undefined);
    await fail(refused('ROLE_FORBIDS'));
    expect(reported).toHaveLength(0);
    queries.setQueryData(LIST, ['F-001']);
    await invalidateEntities(queries, ['findings']);
    await fail(refused('SERVER_CLOSED'));
    expect(reported).toHaveLength(0);
    await invalidateEntities(queries, ['findings']);
    await fail(refused('ROLE_FORBIDS'));
    expect(reported).toHaveLength(1);
  });

  it('of a write are told unless the screen shows them or nobody waits for them', async () => {
    const { queries, reported } = client();
    const write = async (error: Error, meta: { quiet?: boolean; failure?: string }) => {
      const mutation = queries.getMutationCache().build(queries, { mutationFn: () => Promise.reject(error), meta });
      await mutation.execute(undefined).catch(() => undefined);
    };
    await write(refused('ROLE_FORBIDS'), { quiet: true });
    await write(refused('ROLE_FORBIDS', true), {});
    expect(reported).toHaveLength(0);
    await write(refused('ROLE_FORBIDS'), { failure: 'The finding was not saved' });
    expect(reported).toMatchObject([[{ code: 'ROLE_FORBIDS' }, 'The finding was not saved']]);
  });
});
