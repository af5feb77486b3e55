import type { Operation, OperationResult } from '@shared/operations';
import { describe, expect, it } from 'vitest';
import { Autosave, type SaveState } from './autosave';

const ROW = { id: '0190a5c0-0000-7000-8000-000000000001', rowVersion: 3, designNotes: 'old', testNotes: null };

/** A server that answers as it is told, and remembers what it was sent. */
function table(answers: ((operation: Operation) => Promise<OperationResult>)[]) {
  const sent: Operation[] = [];
  const states: SaveState[] = [];
  let ids = 0;
  const autosave = new Autosave({
    entity: 'controlTests',
    row: ROW,
    newId: () => `op-${++ids}`,
    now: () => new Date('2026-11-23T12:00:00Z'),
    send: (operation) => {
      sent.push(operation);
      const answer = answers.shift();
      if (!answer) throw new Error('no answer prepared');
      return answer(operation);
    },
    onState: (state) => states.push(state),
    onSaved: () => undefined,
  });
  return { autosave, sent, states };
}

const applied =
  (rowVersion: number) =>
  async (operation: Operation): Promise<OperationResult> => ({
    status: 'applied',
    entityId: operation.entityId,
    rowVersion,
  });

describe('autosave', () => {
  it('says saved only after the commit', async () => {
    let commit: (result: OperationResult) => void = () => undefined;
    const { autosave, states } = table([() => new Promise((resolve) => (commit = resolve))]);
    autosave.change({ designNotes: 'new' });
    const flushed = autosave.flush();
    expect(states.map((state) => state.kind)).toEqual(['dirty', 'saving']);
    expect(autosave.unsaved).toBe(true);
    commit({ status: 'applied', entityId: ROW.id, rowVersion: 4 });
    await flushed;
    expect(states.at(-1)).toMatchObject({ kind: 'saved' });
    expect(autosave.unsaved).toBe(false);
  });

  it('sends the base it saw, and the next change on top of its own', async () => {
    const { autosave, sent } = table([applied(4), applied(5)]);
    autosave.change({ designNotes: 'new' });
    await autosave.flush();
    autosave.change({ designNotes: 'newer' });
    await autosave.flush();
    expect(sent.map(({ baseVersion, base, patch }) => ({ baseVersion, base, patch }))).toEqual([
      { baseVersion: 3, base: { designNotes: 'old' }, patch: { designNotes: 'new' } },
      { baseVersion: 4, base: { designNotes: 'new' }, patch: { designNotes: 'newer' } },
    ]);
  });

  it('sends what was typed meanwhile as the next operation, never beside the first', async () => {
    let commit: (result: OperationResult) => void = () => undefined;
    const { autosave, sent } = table([() => new Promise((resolve) => (commit = resolve)), applied(5)]);
    autosave.change({ designNotes: 'a' });
    const flushed = autosave.flush();
    autosave.change({ testNotes: 'b' });
    void autosave.flush();
    expect(sent).toHaveLength(1);
    commit({ status: 'applied', entityId: ROW.id, rowVersion: 4 });
    await flushed;
    expect(sent.map((operation) => operation.patch)).toEqual([{ designNotes: 'a' }, { testNotes: 'b' }]);
  });

  it('keeps a failed operation and sends the very same one again', async () => {
    const { autosave, sent, states } = table([
      async () => {
        throw new Error('SERVER_UNREACHABLE');
      },
      applied(4),
      applied(5),
    ]);
    autosave.change({ designNotes: 'new' });
    await autosave.flush();
    expect(states.at(-1)).toMatchObject({ kind: 'failed' });
    expect(autosave.unsaved).toBe(true);
    autosave.change({ testNotes: 'more' });
    await autosave.flush();
    expect(sent[1]).toBe(sent[0]);
    expect(sent[2]?.patch).toEqual({ testNotes: 'more' });
    expect(autosave.unsaved).toBe(false);
  });

  it('sends nothing where the record says so already', async () => {
    const { autosave, sent } = table([]);
    autosave.change({ designNotes: 'old', testNotes: null });
    await autosave.flush();
    expect(sent).toEqual([]);
  });

  it('stops at a conflict and shows it with what was meant', async () => {
    const { autosave, states } = table([
      async (operation) => ({
        status: 'conflict',
        entityId: operation.entityId,
        rowVersion: 9,
        conflicts: [{ field: 'designNotes', base: 'old', mine: 'new', theirs: 'other' }],
        changedBy: null,
        changedAt: '2026-11-23T11:00:00Z',
      }),
    ]);
    autosave.change({ designNotes: 'new' });
    await autosave.flush();
    expect(states.at(-1)).toMatchObject({ kind: 'conflict', sent: { patch: { designNotes: 'new' } } });
  });

  it('never goes back to an older row', async () => {
    const { autosave, sent } = table([applied(4), applied(5)]);
    autosave.change({ designNotes: 'new' });
    await autosave.flush();
    autosave.refresh(ROW);
    autosave.change({ designNotes: 'old' });
    await autosave.flush();
    expect(sent[1]).toMatchObject({ baseVersion: 4, base: { designNotes: 'new' }, patch: { designNotes: 'old' } });
  });

  it('writes what was chosen for a field, instead of what was typed meanwhile', async () => {
    const conflict = async (operation: Operation): Promise<OperationResult> => ({
      status: 'conflict',
      entityId: operation.entityId,
      rowVersion: 9,
      conflicts: [{ field: 'designNotes', base: 'old', mine: 'new', theirs: 'other' }],
      changedBy: null,
      changedAt: '2026-11-23T11:00:00Z',
    });
    const { autosave, sent } = table([conflict, applied(10)]);
    autosave.change({ designNotes: 'new' });
    await autosave.flush();
    autosave.change({ designNotes: 'new and more' });
    await autosave.settle({ designNotes: 'both' });
    expect(sent[1]).toMatchObject({ baseVersion: 3, base: { designNotes: 'other' }, patch: { designNotes: 'both' } });
    expect(autosave.unsaved).toBe(false);
  });

  it('writes mine over theirs, or leaves theirs, and sends what stood beside them again', async () => {
    for (const choice of ['mine', 'theirs'] as const) {
      const conflict = async (operation: Operation): Promise<OperationResult> => ({
        status: 'conflict',
        entityId: operation.entityId,
        rowVersion: 9,
        conflicts: [{ field: 'designNotes', base: 'old', mine: 'new', theirs: 'other' }],
        changedBy: null,
        changedAt: '2026-11-23T11:00:00Z',
      });
      const { autosave, sent } = table([conflict, applied(10)]);
      autosave.change({ designNotes: 'new', testNotes: 'beside' });
      await autosave.flush();
      expect(autosave.unsaved).toBe(true);
      autosave.change({ testNotes: 'beside, later' });
      await autosave.flush();
      expect(sent).toHaveLength(1); // nothing goes past the choice
      await autosave.settle(choice);
      expect(sent[1]).toMatchObject({
        baseVersion: 3,
        patch: choice === 'mine' ? { designNotes: 'new', testNotes: 'beside, later' } : { testNotes: 'beside, later' },
        base: choice === 'mine' ? { designNotes: 'other', testNotes: null } : { testNotes: null },
      });
      expect(sent[1]?.opId).not.toBe(sent[0]?.opId);
      expect(autosave.unsaved).toBe(false);
    }
  });
});
