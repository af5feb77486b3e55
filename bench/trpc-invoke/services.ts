/** The ports behind the real router, as far as a list of controls needs them: a signed-in auditor and a page that is ready. */
import type { EntityPort, Services, SessionPort } from '@main/ipc/services';
import type { EntityName, EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { SessionState, Workspace } from '@shared/ipc';
import type { ListPage } from '@shared/listing';
import type { ListRow } from './rows';

const WORKSPACE: Workspace = {
  tenantId: '00000000-0000-4000-8000-0000000000aa',
  name: 'Bench',
  domain: 'bench.example',
  kind: 'training',
  place: null,
  sign: 'BE',
  colour: 'navy',
  weave: 'plain',
  functions: ['auditor'],
  licence: { type: 'enterprise', endDate: '2099-12-31', usable: true },
};

const SESSION: SessionState = {
  person: {
    id: '00000000-0000-4000-8000-0000000000bb',
    email: 'b@bench.example',
    displayName: 'Bench',
    initials: 'B',
    platform: false,
  },
  workspace: WORKSPACE,
  workspaces: [WORKSPACE],
};

/** A port that nobody calls here; whoever does is told. */
function absent<T extends object>(): T {
  return new Proxy({} as T, {
    get(target, key) {
      if (Object.hasOwn(target, key)) return Reflect.get(target, key);
      throw new CodedError('INTERNAL', { reason: 'not part of this bench' });
    },
  });
}

/** Services whose only list is `page`, whatever is asked for. */
export function servicesWith(page: ListPage<ListRow>): Services {
  const session: SessionPort = Object.assign(absent<SessionPort>(), { state: () => SESSION, epoch: () => 1 });
  const whatever: ListPage<object> = page;
  const entities: EntityPort = Object.assign(absent<EntityPort>(), {
    list: async <N extends EntityName>(_call: unknown, _name: N): Promise<ListPage<EntityRow<N>>> =>
      whatever as ListPage<EntityRow<N>>,
  });
  return {
    app: absent(),
    connection: absent(),
    session,
    entities,
    lists: absent(),
    imports: absent(),
    people: absent(),
    adminPeople: absent(),
    adminTenants: absent(),
    adminConfig: absent(),
    oscal: absent(),
    catalogs: absent(),
    load: absent(),
    library: absent(),
    collab: absent(),
    audits: absent(),
    assessments: absent(),
    policies: absent(),
    reports: absent(),
    fieldwork: absent(),
    evidence: absent(),
    home: absent(),
    search: absent(),
    trail: absent(),
  };
}
