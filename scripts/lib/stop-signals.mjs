// One way to be told to stop: signals, and the end of the npm that started us (npm ends
// only its shell, which does not pass the signal on; we would go on without anybody).

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const lookMs = 500;

/**
 * Calls back for every request to stop.
 * @param {(signal: NodeJS.Signals) => void} stop
 * @returns {() => void} ends the watch
 */
export function onStopRequest(stop) {
  for (const signal of signals) process.on(signal, stop);
  const watch = watchParent(() => stop('SIGTERM'));
  return () => {
    for (const signal of signals) process.removeListener(signal, stop);
    clearInterval(watch);
  };
}

function watchParent(gone) {
  if (process.platform === 'win32' || !process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    gone();
  }, lookMs);
  watch.unref();
  return watch;
}
