/** What the application itself tells and keeps: version, and the few things a person sets for this laptop. */
import { z } from 'zod';

/** Settings of this laptop; a patch may name any of them. */
export const appSettingsPatchSchema = z.strictObject({
  theme: z.enum(['light', 'dark', 'system']).optional(),
  density: z.enum(['compact', 'standard', 'relaxed']).optional(),
  /** Single letters as short cuts; people with speech input turn them off. */
  singleKeys: z.boolean().optional(),
});
export type AppSettingsPatch = z.infer<typeof appSettingsPatchSchema>;
export type AppSettings = Required<AppSettingsPatch>;

export interface AppInfo {
  readonly version: string;
  readonly platform: 'linux' | 'darwin' | 'win32' | 'other';
  /** False on a development runtime that is out of support; the window then says so. */
  readonly officialRuntime: boolean;
  /** True where the workspace on this laptop holds the demonstration tenants. */
  readonly demo: boolean;
  /** What was found wrong with the settings at start and put aside, in one sentence; null when all was well. */
  readonly settingsNotice: string | null;
}
