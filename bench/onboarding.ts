/** Onboarding a tenant in a space that was made ahead, and making such a space, each beside a hundred times `select 1`. */
import { onboardTenant } from '@main/admin/onboarding';
import { ownerRunner } from '@main/admin/runner';
import { type BenchFigure, figureOf, median, timed } from './lib/figure';
import { type BenchPlace, withPlace } from './lib/place';

const ONBOARDED = 8;

export const run = (): Promise<BenchFigure[]> => withPlace(onboard);

const selectOne = (place: BenchPlace) => timed(() => place.admin.query('SELECT 1'));

/** An onboarding opens a connection of its own. */
async function onboard(place: BenchPlace): Promise<BenchFigure[]> {
  const runner = ownerRunner({ connectAdmin: () => place.connect() }, { personId: null, source: 'bench/0.1.0' });
  const sides = { claim: [] as number[], make: [] as number[], claimFloor: [] as number[], makeFloor: [] as number[] };
  for (let at = -1; at < ONBOARDED; at++) {
    const floor = async () => {
      const ones: number[] = [];
      for (let n = 0; n < 100; n++) ones.push(await selectOne(place));
      return median(ones);
    };
    const makeFloor = await floor();
    const made = await timed(() => place.space());
    const claimFloor = await floor();
    const tenant = place.newTenant(`onboarded${at + 1}`);
    const administrator = { email: `admin@${tenant.domain}`, password: 'a long enough pass phrase' };
    const claimed = await timed(async () => {
      const { prepared } = await onboardTenant(
        runner,
        { ...tenant, starter: 'standard', administrator },
        { migrations: place.migrations },
      );
      if (!prepared) throw new Error('the space was not claimed');
    });
    if (at < 0) continue;
    sides.claim.push(claimed);
    sides.make.push(made);
    sides.claimFloor.push(claimFloor);
    sides.makeFloor.push(makeFloor);
  }
  return [figureOf('onboarding-tenant', sides.claim, sides.claimFloor), figureOf('space-making', sides.make, sides.makeFloor)];
}
