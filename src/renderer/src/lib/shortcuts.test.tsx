/** Short cuts: sequences, typing, layers, the switch for single letters, and what the status bar says. */
// @vitest-environment happy-dom
import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { BASE_LAYER, createShortcutRegistry, isTyping, SEQUENCE_MS, type Shortcut, shortcuts, strokeOf } from './shortcuts';
import { draw, press } from './testing/render';
import { ShortcutLayer, useKeyHints, useShortcutListener, useShortcuts } from './use-shortcuts';

interface KeyOptions extends KeyboardEventInit {
  readonly at?: number;
  readonly on?: HTMLElement;
}

function key(name: string, { at = 0, on, ...init }: KeyOptions = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, 'timeStamp', { value: at });
  if (on) Object.defineProperty(event, 'target', { value: on });
  return event;
}

function registryWith(list: readonly Shortcut[]) {
  const registry = createShortcutRegistry();
  registry.add({ name: 'Test', layer: BASE_LAYER, shortcuts: list });
  return registry;
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('strokes', () => {
  it('are spelt one way', () => {
    expect(strokeOf(key('k', { ctrlKey: true }))).toBe('Ctrl+K');
    expect(strokeOf(key('k', { metaKey: true }))).toBe('Ctrl+K');
    expect(strokeOf(key('T', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+T');
    expect(strokeOf(key('?', { shiftKey: true }))).toBe('?');
    expect(strokeOf(key('J', { shiftKey: true }))).toBe('Shift+J');
    expect(strokeOf(key(' '))).toBe('Space');
    expect(strokeOf(key('F6', { shiftKey: true }))).toBe('Shift+F6');
  });

  it('are none for a lone modifier and for an input method', () => {
    expect(strokeOf(key('Control', { ctrlKey: true }))).toBeNull();
    expect(strokeOf(key('a', { isComposing: true }))).toBeNull();
  });
});

describe('the registry', () => {
  it('runs the newest that wants the key', () => {
    const ran: string[] = [];
    const registry = registryWith([{ keys: 'N', label: 'old', run: () => void ran.push('old') }]);
    const newer = registry.add({
      name: 'Screen',
      layer: BASE_LAYER,
      shortcuts: [{ keys: 'N', label: 'new', run: () => void ran.push('new') }],
    });
    expect(registry.handle(key('n'))).toBe(true);
    newer.remove();
    registry.handle(key('n'));
    expect(ran).toEqual(['new', 'old']);
  });

  it('lets a short cut pass the key on', () => {
    const ran: string[] = [];
    const registry = registryWith([{ keys: 'Escape', label: 'below', run: () => void ran.push('below') }]);
    registry.add({ name: 'Screen', layer: BASE_LAYER, shortcuts: [{ keys: 'Escape', label: 'not now', run: () => false }] });
    registry.handle(key('Escape'));
    expect(ran).toEqual(['below']);
  });

  it("puts the window's own keys behind a screen's, whichever came first", () => {
    const ran: string[] = [];
    const registry = registryWith([{ keys: 'R', label: 'screen', hint: 'refresh', run: () => void ran.push('screen') }]);
    registry.add({
      name: 'Everywhere',
      layer: BASE_LAYER,
      base: true,
      shortcuts: [
        { keys: 'R', label: 'window', run: () => void ran.push('window') },
        { keys: '?', label: 'All keys', hint: 'all keys', run: () => undefined },
      ],
    });
    registry.handle(key('r'));
    expect(ran).toEqual(['screen']);
    expect(registry.hints().map((hint) => hint.word)).toEqual(['refresh', 'all keys']);
  });

  it('knows sequences, and forgets a first key that stood alone too long', () => {
    const ran: string[] = [];
    const registry = registryWith([
      { keys: 'G C', label: 'controls', run: () => void ran.push('G C') },
      { keys: 'C', label: 'comment', run: () => void ran.push('C') },
    ]);
    registry.handle(key('g', { at: 1000 }));
    registry.handle(key('c', { at: 1400 }));
    registry.handle(key('g', { at: 2000 }));
    registry.handle(key('c', { at: 2000 + SEQUENCE_MS + 1 }));
    expect(ran).toEqual(['G C', 'C']);
  });

  it('lets single letters rest while somebody types, but hears Ctrl and Escape', () => {
    const ran: string[] = [];
    const registry = registryWith([
      { keys: 'N', label: 'new', run: () => void ran.push('N') },
      { keys: 'Ctrl+S', label: 'save', run: () => void ran.push('Ctrl+S') },
      { keys: 'Escape', label: 'back', run: () => void ran.push('Escape') },
      { keys: '/', label: 'find', run: () => void ran.push('/') },
    ]);
    const field = document.body.appendChild(document.createElement('input'));
    for (const name of ['n', '/', 'Escape']) registry.handle(key(name, { on: field }));
    registry.handle(key('s', { ctrlKey: true, on: field }));
    expect(ran).toEqual(['Escape', 'Ctrl+S']);
  });

  it('leaves Enter and Space to buttons and links', () => {
    const ran: string[] = [];
    const registry = registryWith([{ keys: ['Enter', 'Space'], label: 'open', run: () => void ran.push('open') }]);
    const button = document.body.appendChild(document.createElement('button'));
    expect(registry.handle(key('Enter', { on: button }))).toBe(false);
    expect(registry.handle(key(' ', { on: button }))).toBe(false);
    registry.handle(key('Enter', { on: document.body }));
    expect(ran).toEqual(['open']);
  });

  it('switches single letters off, and only those', () => {
    const ran: string[] = [];
    const registry = registryWith([
      { keys: 'N', label: 'new', hint: 'new', run: () => void ran.push('N') },
      { keys: 'G C', label: 'controls', run: () => void ran.push('G C') },
      { keys: 'Ctrl+K', label: 'search', run: () => void ran.push('Ctrl+K') },
      { keys: 'Enter', label: 'open', run: () => void ran.push('Enter') },
    ]);
    registry.setSingleKeys(false);
    registry.handle(key('n'));
    registry.handle(key('g', { at: 1 }));
    registry.handle(key('c', { at: 2 }));
    registry.handle(key('k', { ctrlKey: true }));
    registry.handle(key('Enter', { on: document.body }));
    expect(ran).toEqual(['Ctrl+K', 'Enter']);
    expect(registry.hints()).toEqual([]);
  });

  it('hears only the top layer, and the one below again after it closed', () => {
    const ran: string[] = [];
    const registry = registryWith([{ keys: 'E', label: 'edit', run: () => void ran.push('below') }]);
    const layer = registry.openLayer();
    registry.add({
      name: 'Dialog',
      layer: layer.id,
      shortcuts: [{ keys: 'Ctrl+Enter', label: 'do', run: () => void ran.push('dialog') }],
    });
    registry.handle(key('e'));
    registry.handle(key('Enter', { ctrlKey: true }));
    layer.close();
    registry.handle(key('e'));
    expect(ran).toEqual(['dialog', 'below']);
  });

  it('lets the stroke that closed a dialog close nothing below it', () => {
    const ran: string[] = [];
    const registry = registryWith([{ keys: 'Escape', label: 'close the pane', run: () => void ran.push('pane') }]);
    const layer = registry.openLayer();
    registry.begin();
    layer.close();
    expect(registry.handle(key('Escape'))).toBe(false);
    registry.begin();
    registry.handle(key('Escape'));
    expect(ran).toEqual(['pane']);
  });

  it('does not run again while a key is held, unless it says so', () => {
    const ran: string[] = [];
    const registry = registryWith([
      { keys: 'X', label: 'select', run: () => void ran.push('X') },
      { keys: 'J', label: 'next', repeat: true, run: () => void ran.push('J') },
    ]);
    for (const repeat of [false, true]) {
      registry.handle(key('x', { repeat }));
      registry.handle(key('j', { repeat }));
    }
    expect(ran).toEqual(['X', 'J', 'J']);
  });

  it('shares one word in the status bar between keys', () => {
    const registry = registryWith([
      { keys: 'J', label: 'next', hint: 'move', run: () => undefined },
      { keys: 'K', label: 'previous', hint: 'move', run: () => undefined },
      { keys: 'E', label: 'edit', hint: 'edit', enabled: false, run: () => undefined },
    ]);
    expect(registry.hints()).toEqual([{ word: 'move', keys: ['J', 'K'] }]);
  });

  it('takes nothing that somebody else has taken', () => {
    const registry = registryWith([{ keys: 'N', label: 'new', run: () => undefined }]);
    const event = key('n');
    event.preventDefault();
    expect(registry.handle(event)).toBe(false);
  });
});

describe('typing', () => {
  it('is in text fields and editors, not in check boxes', () => {
    const make = (html: string) => {
      document.body.innerHTML = html;
      return document.body.firstElementChild;
    };
    expect(isTyping(make('<input type="text">'))).toBe(true);
    expect(isTyping(make('<input type="checkbox">'))).toBe(false);
    expect(isTyping(make('<textarea></textarea>'))).toBe(true);
    expect(isTyping(make('<button>a</button>'))).toBe(false);
    expect(isTyping(null)).toBe(false);
  });
});

describe('in React', () => {
  it('runs the latest closure, goes with its component, and gives way to a dialog', async () => {
    const ran: string[] = [];
    function Screen({ name, dialog }: { name: string; dialog: boolean }) {
      useShortcutListener();
      useShortcuts('Screen', [{ keys: 'N', label: 'new', hint: 'new', run: () => void ran.push(name) }]);
      const hints = useKeyHints();
      return (
        <>
          <output>{hints.map((hint) => hint.word).join()}</output>
          {dialog ? (
            <ShortcutLayer>
              <Inner />
            </ShortcutLayer>
          ) : null}
        </>
      );
    }
    function Inner() {
      useShortcuts('Dialog', [{ keys: 'N', label: 'other', hint: 'other', run: () => void ran.push('dialog') }]);
      return null;
    }
    const drawn = await draw(<Screen name="first" dialog={false} />);
    await press('n');
    await drawn.redraw(<Screen name="second" dialog={false} />);
    await press('n');
    expect(drawn.container.querySelector('output')?.textContent).toBe('new');
    await drawn.redraw(<Screen name="second" dialog />);
    await press('n');
    expect(drawn.container.querySelector('output')?.textContent).toBe('other');
    await drawn.redraw(<Screen name="third" dialog={false} />);
    await press('n');
    expect(ran).toEqual(['first', 'second', 'dialog', 'third']);
    await drawn.remove();
    await act(async () => undefined);
    expect(shortcuts.active()).toEqual([]);
  });
});
