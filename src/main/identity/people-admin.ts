/**
 * What an administrator's window does with the people of the tenant. Refuses early where the session has no administrator's
 * function, with a sentence; PostgreSQL decides in the end. Nothing runs under a function of the tenant: the functions of the
 * database ask who calls.
 */
import { CodedError } from '@shared/errors';
import type { TenantMember } from '@shared/wire/admin-people';
import type { Database } from '../db/database';
import {
  changePerson,
  createPerson,
  findPersonId,
  grantMembership,
  listPeople,
  resetPassword,
  revokeMembership,
} from '../db/provision';
import type { Transaction } from '../db/transaction';
import type { AdminPeoplePort, TenantCall } from '../ipc/services';

export interface PeopleAdminOptions {
  /** The database of the call's own session; NOT_SIGNED_IN where that is over. */
  readonly database: (call: TenantCall) => Database;
  /** Who speaks, for the trail. */
  readonly source: string;
}

export function createPeopleAdmin({ database, source }: PeopleAdminOptions): AdminPeoplePort {
  function inTransaction<T>(call: TenantCall, work: (tx: Transaction) => Promise<T>, readOnly = false): Promise<T> {
    if (!call.functions.includes('admin')) throw new CodedError('ROLE_FORBIDS', { functions: call.functions });
    return database(call).withPerson({ personId: call.personId, source, readOnly }, work);
  }

  const list = (call: TenantCall) => inTransaction(call, (tx) => listPeople(tx, call.tenantId), true);

  /** The list comes in a transaction of its own, so that it shows what was committed. */
  async function changed(call: TenantCall, work: (tx: Transaction) => Promise<void>): Promise<readonly TenantMember[]> {
    await inTransaction(call, work);
    return list(call);
  }

  return {
    list: async (call) => list(call),
    create: async (call, input) =>
      inTransaction(call, async (tx) => {
        const { id, email } = await createPerson(tx, { ...input, tenantId: call.tenantId });
        return { id, email };
      }),
    grant: async (call, { person, ...membership }) =>
      changed(call, async (tx) => {
        const personId = 'personId' in person ? person.personId : await findPersonId(tx, call.tenantId, person.email);
        await grantMembership(tx, { ...membership, personId, tenantId: call.tenantId });
      }),
    revoke: async (call, input) => changed(call, (tx) => revokeMembership(tx, { ...input, tenantId: call.tenantId })),
    change: async (call, change, personId) => changed(call, (tx) => changePerson(tx, change, personId)),
    resetPassword: async (call, { personId, password }) => changed(call, (tx) => resetPassword(tx, personId, password)),
  };
}
