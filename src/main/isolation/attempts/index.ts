/** Everything that is tried, for one person against the other tenant. */
import type { Attempt } from '../types';
import type { Stage } from './build';
import { catalogueAttempts, registryAttempts } from './catalogue';
import { functionAttempts, sequenceAttempts } from './functions';
import { identityAttempts } from './identity';
import { referenceAttempts } from './references';
import { ownAttempts, pathAttempts, rowAttempts } from './rows';
import { largeObjectAttempts, lockAttempts, objectAttempts, serverAttempts } from './server';

export type { Stage } from './build';

/** @param embedded leaves out what attacks the login itself */
export function attemptsOf(stage: Stage, embedded: boolean): Attempt[] {
  const all = [
    ...rowAttempts(stage),
    ...pathAttempts(stage),
    ...ownAttempts(stage),
    ...identityAttempts(stage),
    ...referenceAttempts(stage),
    ...functionAttempts(stage),
    ...sequenceAttempts(stage),
    ...registryAttempts(stage),
    ...catalogueAttempts(stage),
    ...serverAttempts(stage),
    ...objectAttempts(stage),
    ...largeObjectAttempts(),
    ...lockAttempts(stage),
  ];
  return embedded ? all.filter(({ login }) => login !== true) : all;
}
