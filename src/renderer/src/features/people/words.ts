/** What the screen says of a person: state, roles, how long a role lasts. */
import type { Tone } from '@shared/entities/fields';
import { FUNCTION_LABELS } from '@shared/roles';
import type { HeldMembership, MemberState, TenantMember } from '@shared/wire/admin-people';
import { todayHere } from '../../lib/format';

export interface StateWords {
  readonly word: string;
  readonly tone: Tone;
  readonly shape: string;
}

export const STATE_WORDS: Readonly<Record<MemberState, StateWords>> = {
  active: { word: 'Active', tone: 'good', shape: 'check-filled' },
  suspended: { word: 'Suspended', tone: 'attention', shape: 'pause' },
  locked: { word: 'Locked', tone: 'bad', shape: 'lock' },
  former: { word: 'Former', tone: 'neutral', shape: 'circle' },
  removed: { word: 'Removed', tone: 'neutral', shape: 'x-filled' },
};

export function nameOf({ firstName, lastName, email }: TenantMember): string {
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return name === '' ? email : name;
}

/** `Auditor, Risk`, or a word that there is none. */
export function rolesOf(member: TenantMember): string {
  const labels = member.memberships.map((held) => FUNCTION_LABELS[held.function]);
  return labels.length === 0 ? 'No role' : labels.join(', ');
}

/** The day here on which a role ends, as the field of a date holds it; null where it does not. */
export function endOf(held: HeldMembership): string | null {
  return held.expiresAt === null ? null : todayHere(new Date(held.expiresAt));
}

/** A role that ends on a day lasts through it, wherever the person is. */
export function lastInstantOf(day: string | null): string | null {
  return day === null ? null : new Date(`${day}T23:59:59`).toISOString();
}

/** People by name or e-mail, those who work here first. */
export function peopleMatching(members: readonly TenantMember[], text: string, all: boolean): readonly TenantMember[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const here = ({ status }: TenantMember) => status !== 'former' && status !== 'removed';
  return members
    .filter((member) => all || here(member))
    .filter((member) => {
      const line = `${nameOf(member)} ${member.email} ${rolesOf(member)}`.toLowerCase();
      return words.every((word) => line.includes(word));
    })
    .sort((a, b) => Number(here(b)) - Number(here(a)) || nameOf(a).localeCompare(nameOf(b), 'en'));
}

/** NIST SP 800-63B asks for eight; what unlocks evidence deserves more. */
export const PASSWORD_LENGTH = 12;

/** What is wrong with a new password; null where nothing is. */
export function passwordFault(password: string): string | null {
  return [...password].length >= PASSWORD_LENGTH
    ? null
    : `At least ${PASSWORD_LENGTH} characters; a few words are easiest to keep`;
}
