/** Naming what belongs to the other tenant: refused, and with the very words that something has which does not exist. */
import type { Attempt } from '../types';
import { literal, type Stage } from './build';

/** No record bears it; what does not exist at all. */
const NOWHERE = '0badc0de-0000-4000-8000-000000000000';

export function referenceAttempts({ prober, victim, records, other }: Stage): Attempt[] {
  const at = prober.tenant.schema;
  const control = records.controls ?? other.id;
  const finding = records.findings ?? other.id;
  const plan = records.audit_plans ?? other.id;
  const by = (make: (id: string) => string, id: string): Attempt => ({
    group: 'references',
    statements: [make(literal(id))],
    expect: { kind: 'same', twin: [make(literal(NOWHERE))] },
  });
  return [
    by((id) => `INSERT INTO ${at}.controls (name, control_set_id) VALUES ('x', ${id})`, records.control_sets ?? other.id),
    by(
      (id) => `INSERT INTO ${at}.findings (title, kind, severity, control_id) VALUES ('x', 'observation', 'low', ${id})`,
      control,
    ),
    by((id) => `INSERT INTO ${at}.actions (title, finding_id) VALUES ('x', ${id})`, finding),
    by(
      (id) => `INSERT INTO ${at}.findings (title, kind, severity, audit_plan_id) VALUES ('x', 'observation', 'low', ${id})`,
      plan,
    ),
    by((id) => `INSERT INTO ${at}.controls (name, owner_id) VALUES ('x', ${id})`, victim.id),
    by((id) => `INSERT INTO ${at}.actions (title, owner_id) VALUES ('x', ${id})`, victim.id),
    by(
      (id) => `INSERT INTO ${at}.findings (title, kind, severity, owner_id) VALUES ('x', 'observation', 'low', ${id})`,
      victim.id,
    ),
    by((id) => `INSERT INTO ${at}.policies (name, owner_id) VALUES ('x', ${id})`, victim.id),
    by((id) => `INSERT INTO ${at}.risk_register (risk_name, owner_id) VALUES ('x', ${id})`, victim.id),
    by((id) => `INSERT INTO ${at}.audit_plans (audit_name, lead_id) VALUES ('x', ${id})`, victim.id),
    by((id) => `INSERT INTO ${at}.control_requirements (control_id, requirement_id) VALUES (${id}, ${id})`, control),
  ];
}
