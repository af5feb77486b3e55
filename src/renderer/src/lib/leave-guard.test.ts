// @vitest-environment happy-dom
/** Closing with unsaved drafts asks; without any it does not. */
import { describe, expect, it, vi } from 'vitest';
import { countsAsUnsaved, guardLeaving, unsavedCount } from './leave-guard';

const leave = () => {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
};

describe('leaving', () => {
  it('asks only where something would be lost, and only while it is watched', () => {
    let drafts = 0;
    countsAsUnsaved({ count: () => drafts });
    const ask = vi.fn();
    const end = guardLeaving(ask);
    expect([leave(), ask.mock.calls.length]).toEqual([false, 0]);
    drafts = 2;
    expect(unsavedCount()).toBe(2);
    expect([leave(), ask.mock.calls.length]).toEqual([true, 1]);
    end();
    expect(leave()).toBe(false);
  });
});
