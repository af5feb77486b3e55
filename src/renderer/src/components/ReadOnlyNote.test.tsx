/** The line that says that a workspace can only be read. */
// @vitest-environment happy-dom
import { CodedError } from '@shared/errors';
import { expect, it } from 'vitest';
import { draw } from '../lib/testing/render';
import { ReadOnlyNote } from './ReadOnlyNote';

it.each([
  ['SCHEMA_NEWER', 'KOMPL.AI is brought up to date'],
  ['SCHEMA_OLDER', 'kompl db migrate'],
] as const)('%s: what is so, and what to do', async (code, remedy) => {
  const drawn = await draw(<ReadOnlyNote reason={new CodedError(code, { scope: 'tenant' }).toData()} />);
  const note = drawn.container.querySelector('[role=status]');
  expect(note?.textContent).toMatch(/^Read only: the database is (newer|older) than this version\. /);
  expect(note?.textContent).toContain(remedy);
  await drawn.redraw(<ReadOnlyNote reason={null} />);
  expect(drawn.container.querySelector('[role=status]')).toBeNull();
  await drawn.remove();
});
