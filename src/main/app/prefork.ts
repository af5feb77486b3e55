/**
 * Starts the embedded server's process before the modules that talk to it are loaded: the two take about as long, and there
 * are two cores. What the process says meanwhile is kept for whoever listens first.
 */
import type { FromServer } from '../db/embedded/messages';
import type { EmbeddedLink, EmbeddedTransport } from '../db/embedded/transport';

/** A transport whose first link is already starting on `dataDir`; later ones are started when asked for, as usual. */
export function startEarly(transport: EmbeddedTransport, dataDir: string): EmbeddedTransport {
  let early: EmbeddedLink | null = keepWords(transport());
  early.post({ type: 'start', options: { dataDir } });
  return () => {
    const link = early ?? transport();
    early = null;
    return link;
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
