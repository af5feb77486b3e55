/** The tenant's side of the library, as the window asks for it. */
import type { Database } from '@main/db/database';
import type { EntityContext } from '@main/entities/context';
import type { LibraryDifference, LibraryOffer } from '@shared/wire/library';
import { acceptOffer, listOffers, previewOffer } from './offers';

export interface LibraryPort<Call> {
  /** What this tenant was given. */
  offers(call: Call): Promise<readonly LibraryOffer[]>;
  /** What taking a version in would change. */
  preview(call: Call, versionId: string): Promise<LibraryDifference>;
  accept(call: Call, opId: string, versionId: string): Promise<LibraryDifference>;
}

export function createLibraryPort<Call>(
  contextOf: (call: Call) => EntityContext,
  databaseOf: (call: Call) => Database,
): LibraryPort<Call> {
  return {
    offers: (call) => listOffers(contextOf(call)),
    preview: (call, versionId) => previewOffer(contextOf(call), databaseOf(call), versionId),
    accept: (call, opId, versionId) => acceptOffer(contextOf(call), databaseOf(call), opId, versionId),
  };
}
