/** The demonstration's people, tenant by tenant: choosing one fills the form. Only where the workspace is the made-up one. */
import { DEMO_PASSWORD, DEMO_PERSONS, DEMO_TENANTS, type DemoPerson } from '@shared/demo';
import { FUNCTION_LABELS } from '@shared/roles';
import { Avatar } from '../../components/Avatar';
import { Icon } from '../../components/Icon';
import { TenantMark } from '../../components/TenantMark';
import css from './DemoPane.module.css';
import type { Filled } from './SignInForm';

export interface DemoPaneProps {
  readonly onChoose: (filled: Filled) => void;
  readonly chosen: string | null;
}

function functionsOf(person: DemoPerson): string {
  const words = [...new Set(person.memberships.map((membership) => FUNCTION_LABELS[membership.function]))].join(', ');
  return person.memberships.length > 1 ? `${words}, both tenants` : words;
}

export function DemoPane({ onChoose, chosen }: DemoPaneProps) {
  return (
    <>
      <h2 className={css.title}>
        <Icon name="bulb" size={18} />
        Demonstration
      </h2>
      <p className={css.text}>Made-up records on this laptop. Choose a person, then sign in.</p>
      <div className={css.tenants}>
        {DEMO_TENANTS.map((tenant) => (
          <section key={tenant.key} className={css.tenant} aria-label={tenant.name}>
            <div className={css.head}>
              <TenantMark tenant={tenant} size={20} />
              <h3 className={css.name}>{tenant.name}</h3>
            </div>
            {DEMO_PERSONS.filter((person) => person.memberships[0]?.tenant === tenant.key).map((person) => (
              <button
                key={person.email}
                type="button"
                className={css.person}
                aria-pressed={chosen === person.email}
                onClick={() => onChoose({ email: person.email, password: DEMO_PASSWORD })}
              >
                <Avatar name={`${person.firstName} ${person.lastName}`} size={20} />
                <span className={css.personName}>
                  {person.firstName} {person.lastName}
                </span>
                <span className={css.function}>{functionsOf(person)}</span>
              </button>
            ))}
          </section>
        ))}
      </div>
      <p className={css.foot}>
        Everybody's password is <span className="k-mono">{DEMO_PASSWORD}</span>
      </p>
    </>
  );
}
