/** The small parts of the start that need no Electron. */
import { describe, expect, it } from 'vitest';
import type { FromServer, ToServer } from '../db/embedded/messages';
import type { EmbeddedLink } from '../db/embedded/transport';
import { readRange } from '../security/vault-responder';
import { startAt } from './prefork';
import { type Milestone, watchStart } from './start-watch';

describe('the start', () => {
  const run = (startedAt: string | undefined, steps: Milestone[]) => {
    const lines: string[] = [];
    const ready: unknown[] = [];
    let clock = 0;
    const watch = watchStart({
      startedAt,
      now: () => 11_250,
      elapsed: () => ++clock,
      print: (line) => void lines.push(line),
      onReady: (milestones) => void ready.push({ ...milestones }),
    });
    for (const step of steps) watch.reached(step);
    return { line: lines.join(''), ready };
  };

  it('says ready once, when the page can be used, and logs when the connection is there too, in either order', () => {
    expect(run('10000', ['window', 'page', 'connection', 'page', 'connection'])).toEqual({
      line: 'ready in 1.3 s\n',
      ready: [{ window: 1, page: 2, connection: 3 }],
    });
    expect(run('10000', ['connection', 'page', 'services']).line).toBe('ready in 1.3 s\n');
    expect(run('10000', ['page', 'page', 'services'])).toEqual({ line: 'ready in 1.3 s\n', ready: [] });
    expect(run('10000', ['window', 'connection'])).toEqual({ line: '', ready: [] });
  });

  it('is printed only for whoever gave the time of it', () => {
    expect(run(undefined, ['page', 'connection'])).toMatchObject({ line: '', ready: [{ page: 1, connection: 2 }] });
    expect(run('soon', ['page', 'connection']).line).toBe('');
  });
});

describe('the embedded server started at its moment', () => {
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

  const NOW = Promise.resolve();

  it('is told to start once, and what it said before anybody listened is not lost', async () => {
    const process = fake();
    const transport = startAt(NOW, () => process.link, '/data');
    await NOW;
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

  it('is not started before its moment, and then gets everything in order', async () => {
    const process = fake();
    let made = 0;
    let come: () => void = () => undefined;
    const moment = new Promise<void>((resolve) => {
      come = resolve;
    });
    const transport = startAt(
      moment,
      () => {
        made++;
        return process.link;
      },
      '/data',
    );
    transport().post({ type: 'stop' });
    await NOW;
    expect(made).toBe(0);
    come();
    await moment;
    expect(made).toBe(1);
    expect(process.posted.map((message) => message.type)).toEqual(['start', 'stop']);
  });

  it('that is killed before its moment is never started and says that it has ended', async () => {
    let made = 0;
    const transport = startAt(
      NOW,
      () => {
        made++;
        return fake().link;
      },
      '/data',
    );
    let ended = false;
    const link = transport();
    link.onExit(() => {
      ended = true;
    });
    link.kill();
    await NOW;
    expect({ made, ended }).toEqual({ made: 0, ended: true });
  });

  it('that died before anybody listened is known to be dead; the next one is started as usual', async () => {
    const processes = [fake(), fake()];
    let count = 0;
    const transport = startAt(NOW, () => (processes[count++] ?? fake()).link, '/data');
    await NOW;
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
