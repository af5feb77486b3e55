/**
 * Coded errors: the only errors that cross IPC, reach the command line or a log.
 *
 * A code is stable and belongs to one cause; `details` carries the few safe facts that its sentence needs (names the person
 * typed, a date, a place in a file), never a secret, a stack or another tenant's datum. The renderer and the command line turn
 * a code into a sentence with `src/shared/error-texts.ts`.
 */

/** Every code, with the HTTP-like class that decides how a caller may react. */
export const ERROR_CODES = {
  // signing in and sessions
  SIGN_IN_REFUSED: 'auth',
  SIGN_IN_SLOWED: 'auth',
  PERSON_SUSPENDED: 'auth',
  PERSON_LOCKED: 'auth',
  LICENCE_EXPIRED: 'auth',
  LICENCE_NOT_STARTED: 'auth',
  NO_MEMBERSHIP: 'auth',
  NOT_SIGNED_IN: 'auth',
  // rights
  ROLE_FORBIDS: 'forbidden',
  FIELD_FORBIDDEN: 'forbidden',
  STATE_FORBIDS: 'forbidden',
  APPROVAL_MISSING: 'forbidden',
  APPROVAL_OWN: 'forbidden',
  ASSESSMENT_OPEN: 'forbidden',
  ASSESSMENT_CHANGED: 'forbidden',
  TEAM_FORBIDS: 'forbidden',
  FOUR_EYES: 'forbidden',
  NOTES_OPEN: 'forbidden',
  REPORT_FILES_MISSING: 'forbidden',
  ACTIONS_OPEN: 'forbidden',
  RETEST_DECIDES: 'forbidden',
  FINDING_NOT_RESOLVED: 'forbidden',
  DATE_AGREED: 'input',
  TEMPLATE_REFUSED: 'input',
  TENANT_SUSPENDED: 'forbidden',
  LICENCE_LIMIT: 'forbidden',
  LAST_ADMINISTRATOR: 'forbidden',
  DELETION_REFUSED: 'forbidden',
  SENDER_REFUSED: 'forbidden',
  // input
  INPUT_INVALID: 'input',
  POPULATION_REFUSED: 'input',
  SAMPLE_UNKNOWN: 'input',
  INPUT_TOO_LARGE: 'input',
  PATH_UNKNOWN: 'input',
  NOT_FOUND: 'input',
  REFERENCE_MISSING: 'input',
  DUPLICATE: 'input',
  VALUE_REFUSED: 'input',
  STILL_REFERENCED: 'input',
  REASON_REQUIRED: 'input',
  TRANSITION_REFUSED: 'input',
  FILE_UNREADABLE: 'input',
  FILE_CHANGED: 'input',
  FILE_TOO_LARGE: 'input',
  FILE_GRANT_UNKNOWN: 'input',
  PRINTER_MISSING: 'local',
  DOCUMENT_INVALID: 'input',
  CATALOG_INVALID: 'input',
  CATALOG_FOREIGN: 'input',
  ARCHIVE_INVALID: 'input',
  LOAD_UNKNOWN: 'input',
  IMPORT_MAPPING: 'input',
  CANCELLED: 'input',
  LIBRARY_FIXED: 'input',
  TRAIL_KEY_INVALID: 'input',
  TRAIL_FILE_INVALID: 'input',
  // months of the trail that stay where they are
  TRAIL_KEPT: 'input',
  // the sealed trail was tampered with
  TRAIL_BROKEN: 'local',
  // several writers
  CONFLICT: 'conflict',
  CONTENT_CHANGED: 'conflict',
  OPERATION_REUSED: 'conflict',
  IMPORT_STALE: 'conflict',
  // the server
  SERVER_UNREACHABLE: 'network',
  SERVER_TIMEOUT: 'network',
  SERVER_CLOSED: 'network',
  SERVER_BUSY: 'network',
  TLS_REQUIRED: 'network',
  TLS_UNTRUSTED: 'network',
  TLS_NAME_MISMATCH: 'network',
  TLS_UNSUPPORTED: 'network',
  CA_FILE_INVALID: 'network',
  HOST_UNKNOWN: 'network',
  DATABASE_MISSING: 'network',
  SERVER_TOO_OLD: 'schema',
  EXTENSION_MISSING: 'schema',
  SCHEMA_MISSING: 'schema',
  SCHEMA_NEWER: 'schema',
  SCHEMA_OLDER: 'schema',
  MIGRATION_FAILED: 'schema',
  DATA_WOULD_BE_LOST: 'schema',
  // this laptop
  WORKSPACE_IN_USE: 'local',
  WORKSPACE_DAMAGED: 'local',
  EMBEDDED_START_FAILED: 'local',
  VAULT_LOCKED: 'local',
  VAULT_DAMAGED: 'local',
  REPORT_FILE_DAMAGED: 'local',
  NOT_ON_THIS_DEVICE: 'local',
  DISK_FULL: 'local',
  // anything unforeseen; `details.reference` is what support looks up in the log
  INTERNAL: 'internal',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ErrorClass = (typeof ERROR_CODES)[ErrorCode];

/** Safe facts a sentence may need; flat on purpose, so that nothing large or secret slips in. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** One fault of one field, as forms and row errors show it. */
export interface FieldFault {
  /** Field key of the entity, or a path such as `catalog.groups[3].controls[0].id`. */
  readonly path: string;
  readonly message: string;
}

/** The wire form of an error: what a renderer, a script or a log may see. */
export interface CodedErrorData {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly faults: readonly FieldFault[];
}

/** An error with a code. `message` is the code, so that an accidental print gives nothing away. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly faults: readonly FieldFault[];

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: { faults?: readonly FieldFault[]; cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.details = details;
    this.faults = options.faults ?? [];
  }

  /** The class that decides the reaction: retry for `network`, ask for `conflict`, and so on. */
  get class(): ErrorClass {
    return ERROR_CODES[this.code];
  }

  toData(): CodedErrorData {
    return { code: this.code, details: this.details, faults: this.faults };
  }
}

/** True for a value that has the wire form of an error with a known code. */
export function isCodedErrorData(value: unknown): value is CodedErrorData {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(ERROR_CODES, value.code)
  );
}
