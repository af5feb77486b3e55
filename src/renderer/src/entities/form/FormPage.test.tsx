/** The form as a person meets it: faults, sending, a lost reply, a conflict, a right that is missing. */
// @vitest-environment happy-dom
import { type Operation, operationSchema } from '@shared/operations';
import { afterEach, describe, expect, it } from 'vitest';
import type { Drawn } from '../../lib/testing/render';
import { FormPage } from '../pages';
import { click, fakeMain, press, refuse, screenAt, settled, type as typeInto } from '../testing/screen';

const ID = '018f4e9a-0000-7000-8000-000000000001';
const OTHER = '018f4e9a-0000-7000-8000-0000000000ff';
const row = {
  id: ID,
  rowVersion: 3,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-11-12T15:20:00.000Z',
  createdBy: null,
  updatedBy: null,
  ref: 'A-112',
  title: 'Name an owner',
  description: 'For all accounts.',
  findingId: null,
  ownerId: null,
  dueDate: '2027-01-18',
  status: 'to_do',
  completedAt: null,
};
const record = {
  row,
  may: { update: true, archive: true },
  steps: ['in_progress', 'done', 'cancelled'],
  archived: false,
  labels: {},
};
const applied = (input: unknown) => ({ status: 'applied', entityId: operationSchema.parse(input).entityId, rowVersion: 4 });
const people = () => [];
const list = () => ({ rows: [], total: 0 });

let drawn: Drawn | null = null;
afterEach(async () => {
  await drawn?.remove();
  drawn = null;
});

async function edit(write: (input: unknown) => unknown, answers: Readonly<Record<string, (input: unknown) => unknown>> = {}) {
  const main = fakeMain({
    'entities.actions.get': () => record,
    'entities.actions.write': write,
    'entities.findings.list': list,
    'people.list': people,
    ...answers,
  });
  drawn = await screenAt(<FormPage />, '/r/:entity/:id/edit', `/r/actions/${ID}/edit`, ['auditor']);
  return { main, root: drawn.container };
}
const field = (root: Element, name: string) =>
  root.querySelector(`[data-field="${name}"]`)?.matches('input, textarea')
    ? root.querySelector(`[data-field="${name}"]`)
    : root.querySelector(`[data-field="${name}"] input, [data-field="${name}"] textarea`);

const sent = (main: { inputsOf(path: string): readonly unknown[] }): readonly Operation[] =>
  main.inputsOf('entities.actions.write').map((input) => operationSchema.parse(input));

describe('changing a record', () => {
  it('sends only what changed, against the version it saw', async () => {
    const { main, root } = await edit(applied);
    await typeInto(field(root, 'title'), 'Name two owners');
    await press('s', { ctrlKey: true });
    expect(sent(main)).toMatchObject([
      {
        entity: 'actions',
        entityId: ID,
        kind: 'update',
        baseVersion: 3,
        base: { title: 'Name an owner' },
        patch: { title: 'Name two owners' },
      },
    ]);
    expect(root.querySelector('[data-testid="elsewhere"]')).not.toBeNull();
  });

  it('sends nothing while a field is at fault, and names it', async () => {
    const { main, root } = await edit(applied);
    await typeInto(field(root, 'title'), ' ');
    await typeInto(field(root, 'dueDate'), '31 Nov 2026');
    await press('s', { ctrlKey: true });
    expect(sent(main)).toEqual([]);
    const banner = root.querySelector('[data-testid="fault-banner"]');
    expect(banner?.textContent).toContain('2 fields need a change');
    expect(root.textContent).toContain('November has 30 days. Choose 30 Nov or another date.');
  });

  it('leaves without asking the server where nothing has changed', async () => {
    const { main, root } = await edit(applied);
    await press('s', { ctrlKey: true });
    expect(sent(main)).toEqual([]);
    expect(root.querySelector('[data-testid="elsewhere"]')).not.toBeNull();
  });

  it('uses the same operation id again after a lost reply, and another after a change', async () => {
    let lost = 0;
    const { main, root } = await edit((input) => {
      lost += 1;
      return lost <= 2 ? refuse('SERVER_CLOSED') : applied(input);
    });
    await typeInto(field(root, 'title'), 'Name two owners');
    await press('s', { ctrlKey: true });
    await press('s', { ctrlKey: true });
    const [first, second] = sent(main);
    expect(second?.opId).toBe(first?.opId);
    await typeInto(field(root, 'title'), 'Name three owners');
    await press('s', { ctrlKey: true });
    expect(sent(main)).toHaveLength(3);
    expect(sent(main)[2]?.opId).not.toBe(first?.opId);
  });

  it('uses another operation id after the server has refused', async () => {
    let tries = 0;
    const { main, root } = await edit((input) => {
      tries += 1;
      return tries === 1
        ? refuse('VALUE_REFUSED', [{ path: 'dueDate', message: 'The due date lies before the finding.' }])
        : applied(input);
    });
    await typeInto(field(root, 'title'), 'Name two owners');
    await press('s', { ctrlKey: true });
    expect(root.textContent).toContain('The due date lies before the finding.');
    await typeInto(field(root, 'dueDate'), '20 Jan 2027');
    await press('s', { ctrlKey: true });
    const [first, second] = sent(main);
    expect(second?.opId).not.toBe(first?.opId);
  });

  it('asks for a reason where only the service knows that this step needs one', async () => {
    let tries = 0;
    const { main, root } = await edit((input) => {
      tries += 1;
      return tries === 1 ? refuse('REASON_REQUIRED') : applied(input);
    });
    await typeInto(field(root, 'title'), 'Name two owners');
    expect(field(root, 'reason')).toBeNull();
    await press('s', { ctrlKey: true });
    await typeInto(field(root, 'reason'), 'Nobody else is there');
    await press('s', { ctrlKey: true });
    expect(sent(main).map(({ reason }) => reason)).toEqual([undefined, 'Nobody else is there']);
    expect(root.querySelector('[data-testid="elsewhere"]')).not.toBeNull();
  });

  it('keeps the draft when the form is left, and shows it again', async () => {
    const { root } = await edit(applied);
    await typeInto(field(root, 'title'), 'Half a thought');
    await press('Escape');
    expect(root.querySelector('[data-testid="elsewhere"]')).not.toBeNull();
    await drawn?.remove();
    // the same session goes on: the screen is drawn anew without signing in again
    const { draw } = await import('../../lib/testing/render');
    const { createMemoryRouter, RouterProvider } = await import('react-router');
    const { QueryClientProvider } = await import('@tanstack/react-query');
    const { queryClient } = await import('../../lib/trpc');
    const router = createMemoryRouter([{ path: '/r/:entity/:id/edit', element: <FormPage /> }], {
      initialEntries: [`/r/actions/${ID}/edit`],
    });
    drawn = await draw(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>,
    );
    await settled();
    expect(field(drawn.container, 'title')).toHaveProperty('value', 'Half a thought');
    expect(drawn.container.textContent).toContain('is here again');
  });

  it('refuses whom the record refuses, and says why', async () => {
    const { root } = await edit(applied, {
      'entities.actions.get': () => ({ ...record, may: { update: false, archive: false, why: 'ROLE_FORBIDS' } }),
    });
    expect(root.querySelector('[data-code="ROLE_FORBIDS"]')).not.toBeNull();
    expect(field(root, 'title')).toBeNull();
  });
});

describe('a conflict', () => {
  const conflict = {
    status: 'conflict',
    entityId: ID,
    rowVersion: 7,
    conflicts: [{ field: 'title', base: 'Name an owner', mine: 'Name two owners', theirs: 'Name a deputy' }],
    changedBy: OTHER,
    changedAt: '2026-11-23T10:05:00.000Z',
  };

  it('is shown, decided and sent as another operation on their version', async () => {
    let tries = 0;
    const { main, root } = await edit((input) => {
      tries += 1;
      return tries === 1 ? conflict : applied(input);
    });
    await typeInto(field(root, 'title'), 'Name two owners');
    await press('s', { ctrlKey: true });
    expect(root.querySelector('[data-testid="conflict"]')?.textContent).toContain('Name a deputy');
    await press('Enter', { ctrlKey: true });
    expect(sent(main)).toHaveLength(1);
    await press('2');
    await press('Enter', { ctrlKey: true });
    const [first, second] = sent(main);
    expect(second).toMatchObject({ baseVersion: 7, base: { title: 'Name a deputy' }, patch: { title: 'Name two owners' } });
    expect(second?.opId).not.toBe(first?.opId);
  });

  it('writes nothing where theirs is chosen', async () => {
    const { main, root } = await edit(() => conflict);
    await typeInto(field(root, 'title'), 'Name two owners');
    await press('s', { ctrlKey: true });
    await press('3');
    await press('Enter', { ctrlKey: true });
    expect(sent(main)).toHaveLength(1);
    expect(root.querySelector('[data-testid="elsewhere"]')).not.toBeNull();
  });
});

describe('a new record', () => {
  it('is made with what its place gives, once, however often it is sent', async () => {
    let tries = 0;
    const main = fakeMain({
      'entities.actions.write': (input) => {
        tries += 1;
        return tries === 1 ? refuse('SERVER_TIMEOUT') : applied(input);
      },
      'entities.findings.list': () => ({ rows: [{ ...row, id: OTHER, ref: 'F-036', title: 'Weak rule' }], total: 1 }),
      'people.list': people,
    });
    drawn = await screenAt(<FormPage />, '/r/:entity/new', `/r/actions/new?findingId=${OTHER}`, ['auditor']);
    await typeInto(field(drawn.container, 'title'), 'Send the policy');
    await press('s', { ctrlKey: true });
    await press('s', { ctrlKey: true });
    const [first, second] = sent(main);
    expect(first).toMatchObject({
      kind: 'create',
      baseVersion: null,
      patch: { title: 'Send the policy', findingId: OTHER, status: 'to_do' },
    });
    expect(second).toEqual(first);
  });

  it('is not offered to whom may not make one', async () => {
    fakeMain({ 'people.list': people });
    drawn = await screenAt(<FormPage />, '/r/:entity/new', '/r/actions/new', ['viewer']);
    await click(drawn.container.querySelector('button'));
    expect(drawn.container.querySelector('input')).toBeNull();
  });
});
