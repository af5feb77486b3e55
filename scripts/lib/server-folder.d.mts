/** Types of server-folder.mjs for tests in TypeScript. */
export function serverAccount(): { uid?: number; gid?: number };
export function freePort(): Promise<number>;
