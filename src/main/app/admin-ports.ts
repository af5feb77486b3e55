/** Administration of tenants and settings behind the routers, for whoever is signed in; the database decides what they may. */
import { readSettings, writeSetting } from '../admin/config';
import {
  cancelDeletion,
  licence,
  listTenants,
  readTenant,
  renameTenant,
  resume,
  scheduleDeletion,
  suspend,
} from '../admin/lifecycle';
import { onboardTenant } from '../admin/onboarding';
import { personRunner, type Runner, runnerFor } from '../admin/runner';
import { loadMigrations } from '../db/migrate';
import { licenceUsage } from '../db/provision/licence';
import type { OpenSession } from '../identity/session';
import type { AdminConfigPort, AdminTenantsPort } from '../ipc/services';

export interface AdminPortOptions {
  readonly session: { open(): OpenSession };
  /** Who speaks, for the trail. */
  readonly source: string;
  /** Folder of the migrations, which make a tenant's tables. */
  readonly migrations: string;
}

export interface AdminPorts {
  readonly adminTenants: AdminTenantsPort;
  readonly adminConfig: AdminConfigPort;
}

export function createAdminPorts({ session, source, migrations }: AdminPortOptions): AdminPorts {
  /** Of the signed-in person, over their own login or, in the embedded workspace, on their behalf. */
  function runner(): Runner {
    const { database, personId } = session.open();
    return personRunner(database, { personId, source });
  }

  /** As `runner`, where the tables of a tenant are made: in the embedded workspace in one message, else step by step. */
  function makingRunner(): Promise<Runner> {
    const { database, personId } = session.open();
    return runnerFor(database, { personId, source });
  }

  async function thenRead(tenantId: string, change: (runner: Runner) => Promise<unknown>) {
    const own = runner();
    await change(own);
    return readTenant(own, tenantId);
  }

  return {
    adminTenants: {
      list: () => listTenants(runner()),
      get: (tenantId) => readTenant(runner(), tenantId),
      usage: (tenantId) => runner().transact((client) => licenceUsage(client, tenantId)),
      async create({ marks, ...input }) {
        const tenant = { ...input, config: marks };
        const made = await onboardTenant(await makingRunner(), tenant, { migrations: await loadMigrations(migrations) });
        return { id: made.id, domain: made.domain, records: made.records, administrator: made.administrator };
      },
      rename: (input) => thenRead(input.tenantId, (own) => renameTenant(own, input)),
      suspend: (tenantId, reason) => thenRead(tenantId, (own) => suspend(own, tenantId, reason)),
      resume: (tenantId) => thenRead(tenantId, (own) => resume(own, tenantId)),
      setLicence: (tenantId, terms) => thenRead(tenantId, (own) => licence(own, tenantId, terms)),
      scheduleDeletion: (input) => thenRead(input.tenantId, (own) => scheduleDeletion(own, input)),
      cancelDeletion: (tenantId) => thenRead(tenantId, (own) => cancelDeletion(own, tenantId)),
    },
    adminConfig: {
      list: (tenantId) => readSettings(runner(), tenantId),
      async set(tenantId, key, value) {
        const own = runner();
        await writeSetting(own, tenantId, key, value);
        return readSettings(own, tenantId);
      },
    },
  };
}
