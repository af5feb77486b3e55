/**
 * Starts the embedded server's process at the right moment, whenever it is asked for: before the modules that talk to it are
 * loaded where there are cores to spare, after the window can be used where there are not. What was posted before the process
 * is there is kept for it; what it says before somebody listens is kept for whoever listens first.
 */
import type { FromServer, ToServer } from '../db/embedded/messages';
import type { EmbeddedLink, EmbeddedTransport } from '../db/embedded/transport';

/** A transport whose first link is started on `dataDir` when `moment` comes; later ones are started when asked for, as usual. */
export function startAt(moment: Promise<void>, transport: EmbeddedTransport, dataDir: string): EmbeddedTransport {
  let first: EmbeddedLink | null = keepWords(linkAt(moment, transport));
  first.post({ type: 'start', options: { dataDir } });
  return () => {
    const link = first ?? transport();
    first = null;
    return link;
  };
}

/** A link that is made when `moment` comes; killed before, it is never made. */
function linkAt(moment: Promise<void>, transport: EmbeddedTransport): EmbeddedLink {
  const posted: ToServer[] = [];
  let link: EmbeddedLink | null = null;
  let killed = false;
  let onMessage: (message: FromServer) => void = () => undefined;
  let onExit: () => void = () => undefined;
  void moment.then(() => {
    if (killed) return;
    link = transport();
    link.listen((message) => onMessage(message));
    link.onExit(() => onExit());
    for (const message of posted) link.post(message);
  });
  return {
    post(message) {
      if (link) link.post(message);
      else posted.push(message);
    },
    kill() {
      killed = true;
      if (link) link.kill();
      else onExit();
    },
    listen(next) {
      onMessage = next;
    },
    onExit(next) {
      onExit = next;
    },
  };
}

/** The same link, which forgets nothing that came before somebody listened; a second `start` is not sent. */
function keepWords(link: EmbeddedLink): EmbeddedLink {
  const waiting: FromServer[] = [];
  let listener: ((message: FromServer) => void) | null = null;
  let ended = false;
  let onExit: () => void = () => undefined;
  let started = false;
  link.listen((message) => (listener ? listener(message) : waiting.push(message)));
  link.onExit(() => {
    ended = true;
    onExit();
  });
  return {
    post(message) {
      if (message.type === 'start' && started) return;
      started ||= message.type === 'start';
      link.post(message);
    },
    kill: () => link.kill(),
    listen(next) {
      listener = next;
      for (const message of waiting.splice(0)) next(message);
    },
    onExit(next) {
      if (ended) next();
      else onExit = next;
    },
  };
}
