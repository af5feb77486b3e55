/** The line `ready in N s`: printed once, when the window can be used and the connection has come up or has said why not. */

export interface ReadyLine {
  windowReady(): void;
  connected(): void;
}

/** `startedAt` is the instant of the start in milliseconds, from KOMPL_STARTED_AT; without one nothing is printed. */
export function createReadyLine(startedAt: string | undefined, now: () => number, print: (line: string) => void): ReadyLine {
  const began = Number(startedAt);
  const open = new Set(startedAt !== undefined && Number.isFinite(began) ? ['window', 'connection'] : []);
  const done = (part: string) => {
    if (open.delete(part) && open.size === 0) print(`ready in ${((now() - began) / 1000).toFixed(1)} s\n`);
  };
  return { windowReady: () => done('window'), connected: () => done('connection') };
}
