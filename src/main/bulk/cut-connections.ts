/** For tests only: databases whose connections end in the middle of a load, before or after their commit. */
import type { Database } from '@main/db/database';
import type { EntityContext } from '@main/entities/context';
import type { LoadDatabase } from './connection';

/** The whole database of a test's context. */
export function databaseOf(ctx: EntityContext): Database {
  const { database } = ctx;
  if (!('connectAdmin' in database)) throw new TypeError('not a whole database');
  return database as Database;
}

/** Connections of which the first `times` end when their first COPY has been sent. */
export function dying(database: LoadDatabase, times: number): LoadDatabase {
  let left = times;
  return {
    async connectAdmin() {
      const client = await database.connectAdmin();
      if (left <= 0) return client;
      left -= 1;
      let copies = 0;
      return new Proxy(client, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (key !== 'query' || typeof value !== 'function') return typeof value === 'function' ? value.bind(target) : value;
          return (query: unknown) => {
            if (typeof query === 'object' && query !== null && 'submit' in query) {
              copies += 1;
              if (copies === 2) client.connection.stream.destroy(new Error('cut'));
            }
            return Reflect.apply(value, target, [query]);
          };
        },
      });
    },
  };
}

/** The first connection commits and then ends before its answer arrives. */
export function losingCommit(database: LoadDatabase): LoadDatabase {
  let first = true;
  return {
    async connectAdmin() {
      const client = await database.connectAdmin();
      if (!first) return client;
      first = false;
      return new Proxy(client, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (key !== 'query' || typeof value !== 'function') return typeof value === 'function' ? value.bind(target) : value;
          return (query: unknown) => {
            const answer: unknown = Reflect.apply(value, target, [query]);
            if (query !== 'COMMIT') return answer;
            return Promise.resolve(answer).then(() => {
              throw Object.assign(new Error('cut'), { code: 'ECONNRESET' });
            });
          };
        },
      });
    },
  };
}
