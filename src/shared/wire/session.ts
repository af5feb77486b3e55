/** Signing in and switching tenant: what the renderer sends. The state itself is `SessionState` in ipc.ts. */
import { z } from 'zod';

export const signInSchema = z.strictObject({
  email: z.string().trim().min(3).max(254).includes('@'),
  password: z.string().min(1).max(1024),
});
export type SignInInput = z.infer<typeof signInSchema>;

export const switchTenantSchema = z.strictObject({ tenantId: z.uuid() });
