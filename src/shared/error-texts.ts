/**
 * Coded errors in words: what happened, what is safe, what to do (LOOK.md, Voice). One table for the window, the command line
 * and the reports; a code without its words does not compile. Only the safe facts of `details` enter a sentence.
 */
import { entityLabel, fieldLabel } from './entity-names';
import type { CodedErrorData, ErrorCode, ErrorDetails, FieldFault } from './errors';
import { FUNCTION_LABELS, isTenantFunction } from './roles';

export interface ErrorWords {
  /** What happened, short, without a full stop. */
  readonly title: string;
  /** More of it and what to do, as whole sentences. */
  readonly text: string;
}

type Words = readonly [title: string, text: string];
type Tell = Words | ((details: ErrorDetails, faults: readonly FieldFault[]) => Words);

/** The first of these details that is a text, shortened for a sentence; else `otherwise`. */
function fact(details: ErrorDetails, keys: readonly string[], otherwise: string): string {
  for (const key of keys) {
    const value = details[key];
    if (typeof value === 'string' && value.trim() !== '') return value.length > 120 ? `${value.slice(0, 119)}…` : value;
    if (typeof value === 'number') return String(value);
  }
  return otherwise;
}

const fileOf = (details: ErrorDetails) => fact(details, ['fileName', 'name', 'file'], 'The file');

/** `The finding`, `The control test`, or `The record` where the entity is not named. */
function recordOf(details: ErrorDetails): string {
  const label = entityLabel(details.entity);
  return label === null ? 'The record' : `The ${label}`;
}

/** The label of the field that an error names, in quotes. */
function fieldOf(details: ErrorDetails): string {
  const { entity, field } = details;
  if (typeof field !== 'string') return 'a field';
  return `“${fieldLabel(entity, field) ?? field}”`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-10` → `10 Nov 2026`; anything else stays as it is. */
function dayOf(text: string): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const name = MONTHS[Number(month) - 1];
  return name === undefined ? text : `${Number(day)} ${name} ${year}`;
}

/** `64 MB` from a number of bytes. */
function sizeOf(details: ErrorDetails, keys: readonly string[], otherwise: string): string {
  for (const key of keys) {
    const value = details[key];
    if (typeof value === 'number')
      return value >= 1_048_576 ? `${Math.round(value / 1_048_576)} MB` : `${Math.ceil(value / 1024)} kB`;
  }
  return otherwise;
}

/** `Viewer` or `Auditor and Risk`, from `details.functions`. */
function roleOf(details: ErrorDetails): string | null {
  const list = Array.isArray(details.functions)
    ? details.functions.filter((item): item is string => typeof item === 'string')
    : [];
  const single = typeof details.function === 'string' ? [details.function] : list;
  const labels = single.map((name) => (isTenantFunction(name) ? FUNCTION_LABELS[name] : name));
  return labels.length === 0 ? null : labels.join(' and ');
}

/** ` (line 3, column 13)` or ` (catalog.groups[0].id)`: the place in a file. */
function placeOf(details: ErrorDetails): string {
  const { line, column, offset, path } = details;
  if (typeof line === 'number' && typeof column === 'number') return ` at line ${line}, column ${column}`;
  if (typeof path === 'string' && path !== '') return ` at ${path}`;
  return typeof offset === 'number' ? ` at byte ${offset}` : '';
}

function moreFaults(details: ErrorDetails): string {
  return typeof details.faults === 'number' && details.faults > 1 ? ` It has ${details.faults} faults.` : '';
}

function faultList(faults: readonly FieldFault[]): string {
  return faults
    .slice(0, 5)
    .map((fault) => (fault.path === '' ? fault.message : `${fault.path} ${fault.message}`))
    .join('; ');
}

const TELL: Readonly<Record<ErrorCode, Tell>> = {
  SIGN_IN_REFUSED: (d) =>
    d.missing === 'password'
      ? ['A password is needed', 'Set KOMPL_PASSWORD, or run this where it can be asked for.']
      : ['The e-mail and the password do not match', 'Check both and try again.'],
  SIGN_IN_SLOWED: (d) => [
    'Too many tries',
    `Wait ${typeof d.retryAfterSeconds === 'number' ? `${Math.ceil(d.retryAfterSeconds)} seconds` : 'a moment'}, then try again.`,
  ],
  PERSON_SUSPENDED: ['This person is suspended', 'Nothing is lost. Ask an administrator to lift the suspension.'],
  PERSON_LOCKED: [
    'This person is locked after too many wrong passwords',
    'Nothing is lost. Ask an administrator to unlock them.',
  ],
  LICENCE_EXPIRED: (d) => [
    `The licence of ${fact(d, ['tenant', 'name'], 'this tenant')} ended${typeof d.endDate === 'string' ? ` on ${dayOf(d.endDate)}` : ''}`,
    'All records are kept. Ask your administrator to renew it.',
  ],
  LICENCE_NOT_STARTED: (d) => [
    `The licence of ${fact(d, ['tenant', 'name'], 'this tenant')} has not started`,
    typeof d.startDate === 'string' ? `It starts on ${dayOf(d.startDate)}.` : 'Ask your administrator when it starts.',
  ],
  NO_MEMBERSHIP: (d) => [
    `${fact(d, ['email'], 'This person')} has no membership in ${fact(d, ['tenant'], 'this tenant')}`,
    'Ask an administrator of the tenant to grant one.',
  ],
  NOT_SIGNED_IN: ['Nobody is signed in', 'Sign in and do it again.'],
  ROLE_FORBIDS: (d) => [
    roleOf(d) === null ? 'Your role does not allow this' : `The role ${roleOf(d)} does not allow this`,
    'Ask an administrator to do it or to grant the right.',
  ],
  FIELD_FORBIDDEN: (d) => [`The system writes ${fieldOf(d)} itself`, 'Leave it out and save the rest.'],
  STATE_FORBIDS: (d) => [
    d.state === 'archived' ? `${recordOf(d)} is archived` : `${recordOf(d)} is in a state that allows no change`,
    d.state === 'archived' ? 'Restore it to change it.' : 'Reopen it to change it.',
  ],
  APPROVAL_MISSING: (d) => [
    `${recordOf(d)} is not approved yet`,
    'This state needs the approval of exactly this content. Ask for it, or wait until enough people have given it.',
  ],
  APPROVAL_OWN: [
    'You wrote this or asked for its approval',
    'Somebody else approves it. Whoever last changed the content counts as its author.',
  ],
  ASSESSMENT_OPEN: (d) => [
    'The assessment is not complete',
    [
      Number(d.open) > 0 ? `${d.open} of its requirements ${d.open === 1 ? 'has' : 'have'} no result.` : '',
      Number(d.carried) > 0
        ? `${d.carried} carried over ${d.carried === 1 ? 'answer waits' : 'answers wait'} for confirmation.`
        : '',
      'Answer them, then mark it done.',
    ]
      .filter(Boolean)
      .join(' '),
  ],
  ASSESSMENT_CHANGED: [
    'The assessment changed after it was sent to review',
    'Nothing was closed. Send it back to work and to review again; who does that has concluded what stands now.',
  ],
  TEAM_FORBIDS: () => [
    'Your place in this audit’s team does not allow that',
    'Observers read, auditors work, the lead and the reviewers review. The lead changes the team.',
  ],
  FOUR_EYES: () => ['Four eyes are needed', 'Nobody decides on their own work. Ask somebody else of the team.'],
  REPORT_FILES_MISSING: () => [
    'A report is issued with its files',
    'Issue it on its Report page: the PDF is made, hashed and kept with it.',
  ],
  RETEST_DECIDES: () => [
    'A retest decides this finding',
    'Complete its retest: effective verifies the finding, anything else sends it back to work. Or make a new one.',
  ],
  FINDING_NOT_RESOLVED: () => [
    'The finding is not resolved yet',
    'A retest is made while somebody works on the finding, and completed once it is resolved.',
  ],
  DATE_AGREED: () => [
    'The agreed date moves only with a reason',
    'Use Extend on the finding: say the new date and why. It is counted. A date that was agreed is not taken away.',
  ],
  TEMPLATE_REFUSED: (d) => [
    `${fileOf(d)} is no template for reports`,
    `${fact(d, ['reason'], 'It cannot be read')}. The template in use stays.`,
  ],
  ACTIONS_OPEN: () => ['Actions of this finding are still open', 'Complete or cancel its actions first; then close the finding.'],
  NOTES_OPEN: () => ['Review notes are open', 'Answer them and have them cleared; then approve.'],
  TENANT_SUSPENDED: (d) => [
    `${fact(d, ['tenant', 'name'], 'This tenant')} is suspended`,
    'All records are kept. Ask the platform administrator.',
  ],
  LICENCE_LIMIT: (d) =>
    d.limit === 'licence_users'
      ? ['All places of the licence are taken', 'Remove somebody who has left, or have the licence extended.']
      : d.limit === 'licence_storage'
        ? ['The licence has no room for this evidence', 'Nothing was added. Have the licence extended.']
        : ['The licence does not cover this work', 'All records are kept. Have the licence extended.'],
  DELETION_REFUSED: (d) => {
    switch (d.why ?? d.constraint) {
      case 'legal_hold':
        return ['This tenant is under legal hold', 'Nothing was changed. Take the setting tenant.legal_hold back first.'];
      case 'grace_period':
        return [
          `The grace period of this tenant lasts until ${typeof d.until === 'string' ? dayOf(d.until.slice(0, 10)) : 'later'}`,
          'Nothing was destroyed. Wait, or let a database administrator end it early with a reason.',
        ];
      case 'deletion_scheduled':
        return [
          `The deletion of this tenant is scheduled${typeof d.until === 'string' ? ` for ${dayOf(d.until.slice(0, 10))}` : ''}`,
          'Nothing was changed. Take it back first (kompl tenant undelete).',
        ];
      default:
        return ['No deletion of this tenant is scheduled', 'Nothing was changed. Schedule it first (kompl tenant delete).'];
    }
  },
  LAST_ADMINISTRATOR: ['This is the last administrator of the tenant', 'Name another one first.'],
  SENDER_REFUSED: ['This window may not ask for that', 'Close it and use the main window.'],
  INPUT_INVALID: (_d, faults) => [
    faults.length > 1 ? `${faults.length} values need a change` : 'A value needs a change',
    faults.length === 0 ? 'Change it and try again.' : `${faultList(faults)}.`,
  ],
  INPUT_TOO_LARGE: ['That is too much at once', 'Send less, or add it as a file.'],
  PATH_UNKNOWN: ['This version does not know what was asked', 'Start the workstation again; if it stays, bring it up to date.'],
  NOT_FOUND: (d) =>
    typeof d.what === 'string'
      ? [d.what, 'Check the spelling and try again.']
      : [`${recordOf(d)} is not here`, 'It was removed, or it belongs to another tenant. Go back to the list.'],
  REFERENCE_MISSING: (d) => [
    `${d.field === undefined ? 'A field' : fieldOf(d)} points to a record that is not here`,
    'Choose another one.',
  ],
  DUPLICATE: (d) => {
    if (d.field === 'domain') {
      return [`The domain ${fact(d, ['value'], '')} belongs to a tenant already`, 'Nothing was made. Choose another one.'];
    }
    if (d.field === 'email') {
      return [
        `The e-mail address ${fact(d, ['value'], '')} belongs to somebody already`,
        'Nothing was made. Choose another one.',
      ];
    }
    return [`${recordOf(d)} exists already`, `${fact(d, ['what'], 'Open that one, or change what makes this one different')}.`];
  },
  VALUE_REFUSED: (d) => [
    `The database does not take the value${d.field === undefined ? '' : ` of ${fieldOf(d)}`}`,
    'Change it and try again.',
  ],
  STILL_REFERENCED: (d) => [`${recordOf(d)} is still in use`, 'Remove what points to it first.'],
  REASON_REQUIRED: ['This step needs a reason', 'Write why in one sentence; it goes to the trail.'],
  TRANSITION_REFUSED: (d) => [
    typeof d.from === 'string' && typeof d.to === 'string'
      ? `There is no step from ${words(d.from)} to ${words(d.to)}`
      : 'There is no such step',
    Array.isArray(d.allowed) && d.allowed.length > 0
      ? `From here it can become ${d.allowed.map(words).join(', ')}.`
      : 'Choose another state.',
  ],
  FILE_UNREADABLE: (d) => [`${fileOf(d)} cannot be read`, 'Check that it is there and open to you, then try again.'],
  FILE_CHANGED: ['The file changed while being read', 'Add it again.'],
  FILE_TOO_LARGE: (d) => [
    `${fileOf(d)} is too large`,
    `${sizeOf(d, ['limit', 'limitBytes'], 'There is a limit')} is the most. Add a smaller one.`,
  ],
  PRINTER_MISSING: ['There is no window to print with', 'Choose another format, or export it from the workstation.'],
  FILE_GRANT_UNKNOWN: ['The chosen file is no longer at hand', 'Choose it again.'],
  DOCUMENT_INVALID: (d) => [`${fileOf(d)} cannot be read`, `It ${fact(d, ['reason'], 'is damaged')}. Nothing was written.`],
  CATALOG_INVALID: (d) => [
    `${fileOf(d)} cannot be taken as a catalogue`,
    `${capital(`${typeof d.path === 'string' ? `${d.path} ` : ''}${fact(d, ['reason'], 'it is broken')}${typeof d.path === 'string' ? '' : placeOf(d)}`)}.${moreFaults(d)} Nothing was written.`,
  ],
  ARCHIVE_INVALID: (d) => [
    `${fact(d, ['file'], 'The archive')} cannot be taken`,
    `${capital(fact(d, ['reason'], 'it is damaged'))}. Nothing was written.`,
  ],
  CATALOG_FOREIGN: (d) => [
    `${fileOf(d)} is no OSCAL catalogue`,
    `It is ${fact(d, ['found'], 'something else')}. Nothing was written.`,
  ],
  LOAD_UNKNOWN: (d) => [
    `${fileOf(d)} cannot be loaded`,
    `It ${fact(d, ['reason'], 'is not a file that loads know')}${typeof d.line === 'number' ? ` (line ${d.line})` : ''}. Nothing was written.`,
  ],
  IMPORT_MAPPING: (d) => [
    'The columns cannot be read so',
    `${capital(fact(d, ['reason'], 'A column becomes a field that there is none of'))}. Nothing was written.`,
  ],
  CANCELLED: ['Stopped, as you asked', 'Nothing was written.'],
  IMPORT_STALE: ['The records have changed since the trial run', 'Run the trial again. Nothing was written.'],
  POPULATION_REFUSED: (d) => [
    `${fileOf(d)} cannot be sampled`,
    `${typeof d.line === 'number' ? `Row ${d.line} ` : 'It '}${fact(d, ['reason'], 'cannot be read')}. Nothing was drawn.`,
  ],
  SAMPLE_UNKNOWN: (d) => [
    `No sample can be drawn by ${fact(d, ['algorithm'], 'this algorithm')}`,
    'It comes from a newer version. Update this workstation, then try again.',
  ],
  LIBRARY_FIXED: (d) => [
    `${fact(d, ['what'], 'This version')} is published and stays as it is`,
    'Add the changed content under another version.',
  ],
  TRAIL_KEY_INVALID: (d) =>
    d.reason === 'passphrase'
      ? ['The sealing key needs its passphrase', 'Set KOMPL_KEY_PASSPHRASE to the one it was made with.']
      : ['This is no sealing key', 'Give the PEM file that kompl audit key create wrote.'],
  TRAIL_FILE_INVALID: (d) => [
    `${fileOf(d)} is no export of the trail${placeOf(d)}`,
    `${fact(d, ['reason'], 'It cannot be read')}. Compare it with the original.`,
  ],
  TRAIL_KEPT: (d) => {
    const whose = typeof d.tenant === 'string' ? `Tenant ${d.tenant}` : 'The platform';
    const stays = 'Nothing left the server.';
    switch (d.why) {
      case 'none':
        return ['There is no month of the trail before that one', stays];
      case 'retention':
        return [
          `${whose} keeps the trail longer`,
          `${stays} The setting retention.audit_log_months says how long; 0 is for ever.`,
        ];
      case 'hold':
        return [`${whose} is under legal hold`, `${stays} Take the setting tenant.legal_hold back first.`];
      case 'unsealed':
        return ['Rows of these months wait for their seal', `${stays} Run kompl audit seal, then try again.`];
      case 'broken':
        return ['A trail does not prove as it stands', `${stays} Run kompl audit verify to see what was changed.`];
      default:
        return ['The trail is not what was written to the file', `${stays} Archive again to a new file.`];
    }
  },
  TRAIL_BROKEN: (d) => [
    'The sealed trail does not continue what was sealed before',
    `Nothing was written. Seal ${fact(d, ['seal'], '')} of ${fact(d, ['tenant'], 'the chain')} is gone or another: run kompl audit verify.`,
  ],
  CONTENT_CHANGED: (d) => [
    `${recordOf(d)} changed meanwhile`,
    'Nothing was written. Look at the content as it is now and decide again.',
  ],
  CONFLICT: (d) => [`${fact(d, ['changedBy'], 'Somebody')} changed the same fields`, 'Nothing was written. Choose what stays.'],
  OPERATION_REUSED: ['This change was already sent with other content', 'Reload the record and make the change again.'],
  SERVER_UNREACHABLE: (d) => [
    `${fact(d, ['host'], 'The server')} does not answer`,
    'Check the network and the address, then try again.',
  ],
  SERVER_TIMEOUT: ['The server took too long', 'What was not confirmed is not written. Try again.'],
  SERVER_CLOSED: (d) => {
    if (d.outcome === 'nothing') return ['The server stopped answering', 'Nothing was changed. Try again.'];
    if (d.outcome === 'unknown') {
      return ['The server stopped answering and stays away', 'Whether it was done is not known. Look before you try again.'];
    }
    return ['The server stopped answering', 'What the screen called saved is saved. Try again.'];
  },
  SERVER_BUSY: ['The server has no free place', 'Try again in a moment.'],
  TLS_REQUIRED: (d) => [
    `${fact(d, ['host'], 'The server')} is on another machine, so its certificate must be checked`,
    'Use TLS mode verify-full (sslmode=verify-full).',
  ],
  TLS_UNTRUSTED: (d) => [
    `The certificate of ${fact(d, ['host'], 'the server')} comes from an authority that is not trusted here`,
    'Choose the CA file of the server’s administrator.',
  ],
  TLS_NAME_MISMATCH: (d) => [
    `The certificate belongs to another name than ${fact(d, ['host'], 'this server')}`,
    'Use the name that stands in the certificate. Do not go on if you did not expect this.',
  ],
  TLS_UNSUPPORTED: (d) => [`${fact(d, ['host'], 'The server')} does not speak TLS`, 'Ask its administrator to switch TLS on.'],
  CA_FILE_INVALID: (d) => [
    `${fileOf(d)} holds no certificate authority`,
    'Choose a PEM file with the certificate of the authority.',
  ],
  HOST_UNKNOWN: (d) => [`No machine is called ${fact(d, ['host'], 'that')}`, 'Check the spelling and the network.'],
  DATABASE_MISSING: (d) => [
    `The server has no database ${fact(d, ['database'], 'of that name')}`,
    'Check the name, or ask its administrator to create it.',
  ],
  SERVER_TOO_OLD: (d) => [
    `The server is PostgreSQL ${fact(d, ['version', 'found'], 'of an old version')}`,
    `The workstation needs PostgreSQL ${fact(d, ['minimum', 'needed'], '14')} or newer.`,
  ],
  EXTENSION_MISSING: (d) => [
    `The server lacks the extension ${fact(d, ['extension'], 'vector')}`,
    'Ask its administrator to install pgvector, then run the migrations again.',
  ],
  SCHEMA_MISSING: ['This database has no KOMPL.AI schema yet', 'Its administrator runs: kompl db migrate.'],
  SCHEMA_NEWER: [
    'The database is newer than this version',
    'Nothing was changed; you can read, and write again once KOMPL.AI is brought up to date on this computer.',
  ],
  SCHEMA_OLDER: [
    'The database is older than this version',
    'Nothing was changed; you can read, and write again once its administrator has run: kompl db migrate.',
  ],
  MIGRATION_FAILED: (d) => [
    `The migration ${fact(d, ['migration', 'version', 'step', 'file'], '')} did not succeed`.replace('  ', ' '),
    `The last good version stays in place.${typeof d.reason === 'string' ? ` ${capital(d.reason)}.` : ''}`,
  ],
  DATA_WOULD_BE_LOST: (d) => [
    'Taking these steps back would lose data',
    `Nothing was changed. Lost would be ${Array.isArray(d.losses) ? d.losses.join('; ') : 'rows'}. To lose it, say --yes.`,
  ],
  WORKSPACE_IN_USE: (d) => [
    'The workspace on this laptop is open in another program',
    `Close the other workstation${typeof d.pid === 'number' ? ` (process ${d.pid})` : ''} and try again.`,
  ],
  WORKSPACE_DAMAGED: (d) => [
    'The workspace on this laptop cannot be opened',
    `Keep the folder${typeof d.folder === 'string' ? ` ${d.folder}` : ''} as it is and call your administrator.`,
  ],
  EMBEDDED_START_FAILED: [
    'The database on this laptop did not start',
    'Your records are untouched. Start the workstation again.',
  ],
  VAULT_LOCKED: [
    'The evidence on this laptop is locked with your former password',
    'Its records and hashes are here. Ask your administrator to set the former password once more, and open it then.',
  ],
  VAULT_DAMAGED: ['A file in the vault differs from what was filed', 'Keep this laptop as it is and call your administrator.'],
  REPORT_FILE_DAMAGED: [
    'A file of this report differs from what was issued',
    'Nothing was saved. Tell your administrator: the database was changed from outside.',
  ],
  NOT_ON_THIS_DEVICE: ['The file lies on another laptop', 'Open it there; its record and hash are here.'],
  DISK_FULL: ['There is no space left on this laptop', 'Nothing was written. Free some space and try again.'],
  INTERNAL: (d) => [
    'Something unforeseen happened',
    `Nothing was written.${typeof d.reference === 'string' ? ` Give support the reference ${d.reference}.` : ' Try again; if it stays, call support.'}`,
  ],
};

/** `in_progress` → `in progress`. */
function words(value: string): string {
  return value.replaceAll('_', ' ');
}

function capital(text: string): string {
  return /^[a-z]+(?![\w.[])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Title and text for a screen. */
export function errorWords(error: CodedErrorData): ErrorWords {
  const tell = TELL[error.code];
  const [title, text] = typeof tell === 'function' ? tell(error.details, error.faults) : tell;
  return { title, text };
}

/** The same as one line for a console or a log: `The server has no free place. Try again in a moment.` */
export function errorSentence(error: CodedErrorData): string {
  const { title, text } = errorWords(error);
  return `${title}. ${text}`;
}
