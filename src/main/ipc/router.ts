/** The root router. The renderer imports its type only: `import type { AppRouter } from '@main/ipc/router'`. */
import { router } from './procedures';
import { appRouter } from './routers/app';
import { connectionRouter } from './routers/connection';
import { entitiesRouter } from './routers/entities';
import { sessionRouter } from './routers/session';
import { auditsRouter, evidenceRouter, homeRouter, oscalRouter, peopleRouter, searchRouter } from './routers/work';

export const rootRouter = router({
  app: appRouter,
  connection: connectionRouter,
  session: sessionRouter,
  entities: entitiesRouter,
  people: peopleRouter,
  oscal: oscalRouter,
  audits: auditsRouter,
  evidence: evidenceRouter,
  home: homeRouter,
  search: searchRouter,
});

export type AppRouter = typeof rootRouter;
