/** For tests: a screen with its providers over a bridge whose answers the test writes, and what was asked of it. */

import type { CodedErrorData } from '@shared/errors';
import type { RpcRequest, RpcResponse, SessionState } from '@shared/ipc';
import type { TenantFunction } from '@shared/roles';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { setSession } from '../../lib/session';
import { shortcuts } from '../../lib/shortcuts';
import { type Drawn, draw } from '../../lib/testing/render';
import { queryClient } from '../../lib/trpc';

export const ME = '018f4e9a-0000-7000-8000-00000000aaaa';
export const TENANT = '018f4e9a-0000-7000-8000-00000000bbbb';

/** Thrown by an answer to refuse with a code. */
export class Refusal {
  constructor(readonly error: CodedErrorData) {}
}

export function refuse(code: CodedErrorData['code'], faults: CodedErrorData['faults'] = []): never {
  throw new Refusal({ code, details: {}, faults });
}

/** Answers on their way. */
let waiting = 0;

export type Answers = Readonly<Record<string, (input: unknown) => unknown>>;

export interface FakeMain {
  readonly asked: readonly { readonly path: string; readonly input: unknown }[];
  inputsOf(path: string): readonly unknown[];
}

/** Puts a bridge on the window, and what this DOM lacks. */
export function fakeMain(answers: Answers): FakeMain {
  // text areas that grow listen for fonts
  if (!('fonts' in document)) Object.defineProperty(document, 'fonts', { configurable: true, value: new EventTarget() });
  const asked: { path: string; input: unknown }[] = [];
  const invoke = async (request: RpcRequest): Promise<RpcResponse> => {
    asked.push({ path: request.path, input: request.input });
    const answer = answers[request.path];
    if (answer === undefined) return { ok: false, error: { code: 'PATH_UNKNOWN', details: {}, faults: [] } };
    waiting += 1;
    try {
      return { ok: true, data: await answer(request.input) };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.error };
      throw error;
    } finally {
      waiting -= 1;
    }
  };
  Object.defineProperty(window, 'kompl', {
    configurable: true,
    value: {
      invoke,
      abort: () => undefined,
      grantFile: async (file: File) => ({ grantId: TENANT, name: file.name, size: file.size }),
      onEvent: () => () => undefined,
      ready: () => undefined,
    },
  });
  return { asked, inputsOf: (path) => asked.filter((each) => each.path === path).map((each) => each.input) };
}

export function session(functions: readonly TenantFunction[]): SessionState {
  const workspace = {
    tenantId: TENANT,
    name: 'Nordhaven Bank AG',
    domain: 'nordhaven.example',
    kind: 'production',
    place: null,
    sign: 'NB',
    colour: 'plum',
    weave: 'plain',
    functions,
    licence: { type: 'enterprise', endDate: '2999-12-31', usable: true },
  } as const;
  const person = { id: ME, email: 'mira@nordhaven.example', displayName: 'Mira Aldenhoff', initials: 'MA', platform: false };
  return { person, workspace, workspaces: [workspace] };
}

/** Draws a screen at an address, signed in with these functions. */
export async function screenAt(
  node: ReactNode,
  path: string,
  address: string,
  functions: readonly TenantFunction[],
): Promise<Drawn> {
  setSession({ person: null, workspace: null, workspaces: [] });
  setSession(session(functions));
  queryClient.clear();
  const router = createMemoryRouter(
    [
      { path, element: node },
      { path: '*', element: <div data-testid="elsewhere" /> },
    ],
    { initialEntries: [address] },
  );
  const drawn = await draw(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  await settled();
  return drawn;
}

/** Waits until no answer is out any more and what follows from the last one is drawn. */
export async function settled(turns = 4): Promise<void> {
  let quiet = 0;
  for (let turn = 0; quiet < turns && turn < 400; turn += 1) {
    await act(async () => {
      await new Promise((done) => setTimeout(done, 4));
    });
    quiet = queryClient.isFetching() + waiting === 0 ? quiet + 1 : 0;
  }
}

/** A key as the window hears it. */
export async function press(key: string, modifiers: Pick<KeyboardEventInit, 'ctrlKey' | 'altKey'> = {}): Promise<void> {
  await act(async () => {
    shortcuts.handle(new KeyboardEvent('keydown', { key, ...modifiers }));
  });
  await settled(3);
}

/** Types into a field that React controls. */
export async function type(input: Element | null, text: string): Promise<void> {
  if (!(input instanceof HTMLInputElement) && !(input instanceof HTMLTextAreaElement)) throw new Error('no such field');
  await act(async () => {
    const prototype = input instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, text);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

export async function click(element: Element | null): Promise<void> {
  if (!(element instanceof HTMLElement)) throw new Error('nothing to click');
  await act(async () => element.click());
  await settled(3);
}
