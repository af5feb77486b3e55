/** The small parts of the start that need no Electron. */
import { describe, expect, it } from 'vitest';
import type { FromServer, ToServer } from '../db/embedded/messages';
import type { EmbeddedLink } from '../db/embedded/transport';
import { readRange } from '../security/vault-responder';
import { startEarly } from './prefork';
import { createReadyLine } from './ready-line';

describe('the line that says ready', () => {
  const lineAfter = (startedAt: string | undefined, steps: ('windowReady' | 'connected')[]) => {
    const lines: string[] = [];
    const line = createReadyLine(
      startedAt,
      () => 11_250,
      (text) => void lines.push(text),
    );
    for (const step of steps) line[step]();
    return lines.join('');
  };

  it('is printed once, when the window and the connection are there, in either order', () => {
    expect(lineAfter('10000', ['windowReady', 'connected', 'windowReady', 'connected'])).toBe('ready in 1.3 s\n');
    expect(lineAfter('10000', ['connected', 'windowReady'])).toBe('ready in 1.3 s\n');
    expect(lineAfter('10000', ['windowReady', 'windowReady'])).toBe('');
  });

  it('is not printed where nobody asked', () => {
    expect(lineAfter(undefined, ['windowReady', 'connected'])).toBe('');
    expect(lineAfter('soon', ['windowReady', 'connected'])).toBe('');
  });
});

describe('the embedded server started early', () => {
  function fake() {
    const posted: ToServer[] = [];
    let deliver: (message: FromServer) => void = () => undefined;
    let exit: () => void = () => undefined;
    const link: EmbeddedLink = {
      post: (message) => void posted.push(message),
      kill: () => undefined,
      listen: (listener) => {
        deliver = listener;
      },
      onExit: (listener) => {
        exit = listener;
      },
    };
    return { link, posted, deliver: (message: FromServer) => deliver(message), exit: () => exit() };
  }

  it('is told to start once, and what it said before anybody listened is not lost', () => {
    const process = fake();
    const transport = startEarly(() => process.link, '/data');
    expect(process.posted).toEqual([{ type: 'start', options: { dataDir: '/data' } }]);
    process.deliver({ type: 'ready', serverVersion: '17' });
    const heard: FromServer[] = [];
    const link = transport();
    link.listen((message) => void heard.push(message));
    link.post({ type: 'start', options: { dataDir: '/data' } });
    process.deliver({ type: 'stopped' });
    expect(process.posted).toHaveLength(1);
    expect(heard.map((message) => message.type)).toEqual(['ready', 'stopped']);
  });

  it('that died before anybody listened is known to be dead; the next one is started as usual', () => {
    const processes = [fake(), fake()];
    let count = 0;
    const transport = startEarly(() => (processes[count++] ?? fake()).link, '/data');
    processes[0]?.exit();
    let ended = false;
    transport().onExit(() => {
      ended = true;
    });
    expect(ended).toBe(true);
    transport().post({ type: 'start', options: { dataDir: '/data' } });
    expect(processes[1]?.posted).toHaveLength(1);
  });
});

describe('a range of a file', () => {
  it.each([
    [null, null],
    ['bytes=0-', { start: 0, end: 100 }],
    ['bytes=10-19', { start: 10, end: 20 }],
    ['bytes=90-500', { start: 90, end: 100 }],
    ['bytes=-30', { start: 70, end: 100 }],
    ['bytes=-500', { start: 0, end: 100 }],
    ['bytes=100-', 'invalid'],
    ['bytes=20-10', 'invalid'],
    ['bytes=99999999999999999999-', 'invalid'],
    ['bytes=-', null],
    ['bytes=0-1,5-6', null],
    ['items=0-1', null],
  ])('%s of 100 bytes is %j', (header, range) => expect(readRange(header, 100)).toEqual(range));
});
