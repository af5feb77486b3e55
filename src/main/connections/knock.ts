/** Whether a server is there and fit to talk to, asked without anybody's password; asked again by itself while it is not. */
import { CodedError } from '@shared/errors';
import type { Diagnosis } from '@shared/wire/connection';
import { ConnectionMonitor } from '../db/monitor';
import type { Knocking } from './live';

const HEARTBEAT_MS = 30_000;
/** What can be judged before signing in. */
const OPEN_STEPS: ReadonlySet<string> = new Set(['resolve', 'connect', 'tls']);

/** The first of the open steps that failed, as an error; null where all went well. */
export function refusalOfDiagnosis(diagnosis: Diagnosis): CodedError | null {
  const failed = diagnosis.steps.find((step) => OPEN_STEPS.has(step.key) && step.ok === false);
  return failed ? new CodedError(failed.code ?? 'SERVER_UNREACHABLE') : null;
}

export function knockAt(diagnose: () => Promise<Diagnosis>, now: () => Date): Knocking {
  const monitor = new ConnectionMonitor({
    probe: async () => {
      const refusal = refusalOfDiagnosis(await diagnose());
      if (refusal) throw refusal;
    },
    onReturn: () => undefined,
    heartbeatMs: HEARTBEAT_MS,
    now,
  });
  void monitor.probe();
  return {
    get state() {
      return monitor.state;
    },
    onState: (listener) => monitor.onChange(listener),
    probe: () => monitor.probe(),
    close: () => monitor.close(),
  };
}
