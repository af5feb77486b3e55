/** The values of the connection form, and what is wrong with them before main is asked. */
import { type ServerProfile, type ServerProfileInput, serverProfileInputSchema, type TlsMode } from '@shared/wire/connection';

export interface FormValues {
  readonly id: string | null;
  readonly name: string;
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly tlsMode: TlsMode;
  readonly viaPgBouncer: boolean;
  /** What to do with the CA file: keep what is there, drop it, or take the granted one. */
  readonly ca:
    | { readonly kind: 'keep' }
    | { readonly kind: 'none' }
    | { readonly kind: 'grant'; readonly grantId: string; readonly fileName: string };
}

export const NEW_VALUES: FormValues = {
  id: null,
  name: '',
  host: '',
  port: '5432',
  database: '',
  tlsMode: 'verify-full',
  viaPgBouncer: false,
  ca: { kind: 'keep' },
};

export function valuesOf(profile: ServerProfile): FormValues {
  return {
    id: profile.id,
    name: profile.name,
    host: profile.host,
    port: String(profile.port),
    database: profile.database,
    tlsMode: profile.tlsMode,
    viaPgBouncer: profile.viaPgBouncer,
    ca: { kind: 'keep' },
  };
}

export type Faults = Readonly<Partial<Record<'name' | 'host' | 'port' | 'database', string>>>;

const SENTENCES: Readonly<Record<string, string>> = {
  name: 'Give it a name of up to 80 characters.',
  host: 'Give a host name or an address, without port or path.',
  port: 'Give a port from 1 to 65535.',
  database: 'Give the name of the database, up to 63 characters.',
};

/** True for a host that is this machine, where no line needs encryption. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host.trim());
}

/** The input main takes, or the faults by field. */
export function toInput(values: FormValues): { readonly input: ServerProfileInput } | { readonly faults: Faults } {
  const parsed = serverProfileInputSchema.safeParse({
    id: values.id,
    name: values.name,
    kind: 'server',
    host: values.host,
    port: /^\d{1,5}$/.test(values.port.trim()) ? Number(values.port) : 0,
    database: values.database,
    tlsMode: values.tlsMode,
    caFile: values.ca.kind === 'keep' ? null : values.ca.kind === 'none' ? 'none' : values.ca.grantId,
    viaPgBouncer: values.viaPgBouncer,
  });
  if (parsed.success) return { input: parsed.data };
  const faults: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const field = String(issue.path[0]);
    faults[field] = SENTENCES[field] ?? issue.message;
  }
  return { faults };
}
