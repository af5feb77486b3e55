/** The root router. The renderer imports its type only: `import type { AppRouter } from '@main/ipc/router'`. */
import { router } from './procedures';
import { adminPeopleRouter } from './routers/admin-people';
import { adminConfigRouter, adminTenantsRouter } from './routers/admin-tenants';
import { appRouter } from './routers/app';
import { assessmentsRouter } from './routers/assessments';
import { auditsRouter } from './routers/audits';
import { catalogsRouter } from './routers/catalogs';
import { collabRouter } from './routers/collab';
import { connectionRouter } from './routers/connection';
import { entitiesRouter } from './routers/entities';
import { evidenceRouter } from './routers/evidence';
import { fieldworkRouter } from './routers/fieldwork';
import { homeRouter } from './routers/home';
import { importsRouter } from './routers/imports';
import { libraryRouter } from './routers/library';
import { listsRouter } from './routers/lists';
import { loadRouter } from './routers/load';
import { oscalRouter } from './routers/oscal';
import { peopleRouter } from './routers/people';
import { policiesRouter } from './routers/policies';
import { reportsRouter } from './routers/reports';
import { searchRouter } from './routers/search';
import { sessionRouter } from './routers/session';
import { trailRouter } from './routers/trail';

export const rootRouter = router({
  app: appRouter,
  connection: connectionRouter,
  session: sessionRouter,
  entities: entitiesRouter,
  lists: listsRouter,
  people: peopleRouter,
  collab: collabRouter,
  oscal: oscalRouter,
  catalogs: catalogsRouter,
  load: loadRouter,
  imports: importsRouter,
  library: libraryRouter,
  audits: auditsRouter,
  assessments: assessmentsRouter,
  policies: policiesRouter,
  reports: reportsRouter,
  fieldwork: fieldworkRouter,
  evidence: evidenceRouter,
  home: homeRouter,
  search: searchRouter,
  trail: trailRouter,
  admin: router({ people: adminPeopleRouter, tenants: adminTenantsRouter, config: adminConfigRouter }),
});

export type AppRouter = typeof rootRouter;
