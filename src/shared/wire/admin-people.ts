/**
 * `admin.people.*` and `session.changePassword`: what the window sends and gets. The tenant is the session's; only its
 * administrators get answers, everybody else ROLE_FORBIDS.
 *
 * | procedure | input | answer |
 * |---|---|---|
 * | `admin.people.list` (query) | – | `TenantMember[]`, by e-mail, former ones included |
 * | `admin.people.create` | `createMemberSchema` | `{ id, email }`; DUPLICATE, LICENCE_LIMIT, INPUT_INVALID by field |
 * | `admin.people.grant` | `grantMemberSchema` | the list; LICENCE_LIMIT, REASON_REQUIRED, LAST_ADMINISTRATOR, ROLE_FORBIDS to oneself |
 * | `admin.people.revoke` | `revokeMemberSchema` | the list; LAST_ADMINISTRATOR |
 * | `admin.people.suspend`, `resume`, `unlock`, `remove` | `memberSchema` | the list; ROLE_FORBIDS for oneself and for whom another tenant is home to |
 * | `admin.people.resetPassword` | `resetPasswordSchema` | the list; ROLE_FORBIDS where the person works for other tenants too |
 * | `session.changePassword` | `changePasswordSchema` | the session's state; SIGN_IN_REFUSED where the present password is wrong |
 */
import { z } from 'zod';
import type { TenantFunction } from '../roles';
import { tenantFunctionSchema } from './roles';

/** `locked`: after too many wrong passwords. `former`: no membership left. `removed`: for good. */
export type MemberState = 'active' | 'suspended' | 'locked' | 'former' | 'removed';

export interface HeldMembership {
  readonly function: TenantFunction;
  /** ISO 8601 in UTC. */
  readonly since: string;
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

export interface TenantMember {
  readonly id: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly status: MemberState;
  /** This tenant is their home: its administrators may suspend, unlock and remove them. */
  readonly home: boolean;
  /** An administrator of the platform: let in for a reason and for at most 31 days. */
  readonly platform: boolean;
  readonly lastLogin: string | null;
  /** What is in force now. */
  readonly memberships: readonly HeldMembership[];
}

const password = z.string().min(1).max(1024);
const name = z.string().trim().max(100).nullable();

export const memberSchema = z.strictObject({ personId: z.uuid() });
export const createMemberSchema = z.strictObject({
  email: z.string().trim().min(3).max(254),
  firstName: name,
  lastName: name,
  function: tenantFunctionSchema,
  password,
});
export type CreateMemberInput = z.infer<typeof createMemberSchema>;

/** A person by id, or by the e-mail of somebody who is in the database already. */
export const grantMemberSchema = z.strictObject({
  person: z.union([memberSchema, z.strictObject({ email: z.string().trim().min(3).max(254) })]),
  function: tenantFunctionSchema,
  expiresAt: z.iso.datetime().nullable(),
  reason: z.string().trim().max(500).nullable(),
});
export type GrantMemberInput = z.infer<typeof grantMemberSchema>;

export const revokeMemberSchema = z.strictObject({ personId: z.uuid(), function: tenantFunctionSchema });
export type RevokeMemberInput = z.infer<typeof revokeMemberSchema>;

export const resetPasswordSchema = z.strictObject({ personId: z.uuid(), password });
export type ResetPasswordInput = z.infer<typeof resetPasswordSchema>;

export const changePasswordSchema = z.strictObject({ currentPassword: password, newPassword: password });
export type ChangePasswordInput = z.infer<typeof changePasswordSchema>;
