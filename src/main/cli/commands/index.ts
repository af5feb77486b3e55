/** All commands, in the order in which the usage lists them. */
import type { Command } from '../command';
import { AUDIT_COMMANDS } from './audit';
import { CONFIG_COMMANDS } from './config';
import { DATABASE_COMMANDS } from './database';
import { DEMO_COMMANDS } from './demo';
import { IMPORT_COMMANDS } from './import';
import { ISOLATION_COMMANDS } from './isolation';
import { LIBRARY_COMMANDS } from './library';
import { LIST_COMMANDS } from './list';
import { LOAD_COMMANDS } from './load';
import { MAINTAIN_COMMANDS } from './maintain';
import { OSCAL_COMMANDS } from './oscal';
import { RECORD_COMMANDS } from './record';
import { SAMPLE_COMMANDS } from './sample';
import { TENANT_COMMANDS } from './tenant';
import { LEAVING_COMMANDS } from './tenant-leaving';
import { SPACE_COMMANDS } from './tenant-spaces';
import { USER_COMMANDS } from './user';

export const COMMANDS: readonly Command[] = [
  ...DATABASE_COMMANDS,
  ...MAINTAIN_COMMANDS,
  ...ISOLATION_COMMANDS,
  ...TENANT_COMMANDS,
  ...SPACE_COMMANDS,
  ...LEAVING_COMMANDS,
  ...CONFIG_COMMANDS,
  ...USER_COMMANDS,
  ...AUDIT_COMMANDS,
  ...OSCAL_COMMANDS,
  ...LIST_COMMANDS,
  ...SAMPLE_COMMANDS,
  ...IMPORT_COMMANDS,
  ...RECORD_COMMANDS,
  ...LOAD_COMMANDS,
  ...LIBRARY_COMMANDS,
  ...DEMO_COMMANDS,
];
