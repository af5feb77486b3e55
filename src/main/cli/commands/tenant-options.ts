/** What the commands about tenants share: who acts, which tenant, the licence's options. */
import { type Runner, runnerFor } from '@main/admin/runner';
import { addDays, calendarDate } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import { LICENCE_FEATURES, LICENCE_LIMITS, type LicenceInput } from '@shared/wire/admin-tenants';
import type { CommandCall, OptionSpec } from '../command';
import { tenantIdOf } from '../login';
import { UsageError } from '../usage';
import { SOURCE } from '../version';

/** The runner of whoever calls: the person of `--as` or of the login, else the administrator. */
export async function runnerOf(call: CommandCall): Promise<Runner> {
  const person = await call.person();
  return runnerFor(call.database, { personId: person?.id ?? null, source: SOURCE });
}

/** As `runnerOf`, for what only a database administrator may. */
export async function ownerOf(call: CommandCall, action: string): Promise<Runner> {
  if (call.login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action });
  return runnerOf(call);
}

export function tenantOf(call: CommandCall): Promise<string> {
  return tenantIdOf(call, call.values.text('tenant'));
}

export const REASON_OPTION: OptionSpec = { type: 'string', value: 'TEXT', required: true, help: 'why; it goes to the trail' };

export const LICENCE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  'licence-type': { type: 'string', value: 'T', help: 'standard unless given' },
  'licence-start': { type: 'string', value: 'DATE', help: 'today unless given' },
  'licence-end': { type: 'string', value: 'DATE', help: 'a year from the start unless given' },
  limits: { type: 'string', value: 'LIST', help: `for example users=25,storageBytes=5000000000 (${LICENCE_LIMITS.join(', ')})` },
  'without-features': { type: 'string', value: 'LIST', help: `domains switched off: ${LICENCE_FEATURES.join(', ')}` },
};

function listed(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

/** The licence of the options; `former` fills in what is not given. */
export function licenceOf({ values, io }: CommandCall, former: Partial<LicenceInput> = {}): LicenceInput {
  const startDate = values.optional('licence-start') ?? former.startDate ?? calendarDate(io.now());
  const aYear = /^\d{4}-\d\d-\d\d$/.test(startDate) ? addDays(startDate, 365) : startDate;
  const limits = values.optional('limits') === undefined ? former.limits : limitsOf(listed(values.optional('limits')));
  const off = values.optional('without-features');
  const features = off === undefined ? former.features : featuresOf(listed(off));
  return {
    type: values.optional('licence-type') ?? former.type ?? 'standard',
    startDate,
    endDate: values.optional('licence-end') ?? former.endDate ?? aYear,
    ...(features === undefined ? {} : { features }),
    ...(limits === undefined ? {} : { limits }),
  };
}

function limitsOf(parts: readonly string[]): NonNullable<LicenceInput['limits']> {
  const limits: Partial<Record<(typeof LICENCE_LIMITS)[number], number>> = {};
  for (const part of parts) {
    const [name, number, ...more] = part.split('=');
    const known = LICENCE_LIMITS.find((limit) => limit === name);
    if (known === undefined || more.length > 0 || !/^\d{1,15}$/.test(number ?? '')) {
      throw new UsageError(`--limits takes ${LICENCE_LIMITS.map((limit) => `${limit}=NUMBER`).join(',')}`);
    }
    limits[known] = Number(number);
  }
  return limits;
}

function featuresOf(names: readonly string[]): NonNullable<LicenceInput['features']> {
  const features: Partial<Record<(typeof LICENCE_FEATURES)[number], boolean>> = {};
  for (const name of names) {
    const known = LICENCE_FEATURES.find((feature) => feature === name);
    if (known === undefined) throw new UsageError(`--without-features takes ${LICENCE_FEATURES.join(', ')}`);
    features[known] = false;
  }
  return features;
}
