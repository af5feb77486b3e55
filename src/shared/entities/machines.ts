/**
 * Every state machine by table: those of the entities, and those of tables that have no entity yet (a machine moves into its
 * entity's definition when that is written). The database holds each one as the argument of a trigger; a test compares them.
 */
import type { StateMachine } from './define';
import { ENTITY_NAMES, entityOf } from './registry';

const WITHOUT_ENTITY: Readonly<Record<string, StateMachine>> = {
  data_inventory: {
    field: 'status',
    initial: 'draft',
    steps: {
      draft: ['in_review', 'deprecated'],
      in_review: ['draft', 'approved'],
      approved: ['in_review', 'deprecated'],
      deprecated: ['draft'],
    },
    reasonFor: ['deprecated'],
    locked: ['deprecated'],
  },
  dsr_requests: {
    field: 'status',
    initial: 'pending',
    steps: {
      pending: ['identity_check', 'in_progress', 'rejected', 'withdrawn'],
      identity_check: ['in_progress', 'on_hold', 'rejected', 'withdrawn'],
      in_progress: ['identity_check', 'on_hold', 'fulfilled', 'rejected', 'withdrawn'],
      on_hold: ['identity_check', 'in_progress', 'rejected', 'withdrawn'],
      fulfilled: ['in_progress'],
      rejected: ['in_progress'],
      withdrawn: ['in_progress'],
    },
    reasonFor: ['on_hold', 'rejected'],
    locked: ['fulfilled', 'rejected', 'withdrawn'],
  },
  dpias: {
    field: 'status',
    initial: 'in_progress',
    steps: {
      in_progress: ['evaluation'],
      evaluation: ['in_progress', 'to_be_fixed', 'improvable', 'acceptable', 'refused'],
      to_be_fixed: ['evaluation', 'refused'],
      improvable: ['evaluation', 'acceptable'],
      acceptable: ['evaluation', 'signed'],
      signed: ['evaluation', 'archived'],
      archived: [],
      refused: ['in_progress', 'archived'],
    },
    reasonFor: ['refused'],
    locked: ['signed', 'archived', 'refused'],
  },
  privacy_controls: {
    field: 'implementation_status',
    initial: 'not_started',
    steps: {
      not_started: ['planned', 'partial', 'implemented', 'not_applicable'],
      planned: ['not_started', 'partial', 'implemented', 'not_applicable'],
      partial: ['planned', 'implemented', 'not_applicable'],
      implemented: ['partial', 'not_applicable'],
      not_applicable: ['not_started', 'planned'],
    },
    reasonFor: ['not_applicable'],
  },
  risk_register: {
    field: 'status',
    initial: 'open',
    steps: {
      open: ['mitigating', 'accepted', 'transferred', 'avoided', 'closed'],
      mitigating: ['open', 'accepted', 'transferred', 'avoided', 'closed'],
      accepted: ['open', 'mitigating', 'closed'],
      transferred: ['open', 'mitigating', 'closed'],
      avoided: ['open', 'closed'],
      closed: ['open'],
    },
    reasonFor: ['accepted', 'closed'],
    locked: ['closed'],
  },
  vulnerabilities: {
    field: 'status',
    initial: 'open',
    steps: {
      open: ['in_progress', 'mitigated', 'fixed', 'not_exploitable', 'unaffected', 'risk_accepted'],
      in_progress: ['open', 'mitigated', 'fixed', 'not_exploitable', 'unaffected', 'risk_accepted'],
      mitigated: ['open', 'in_progress', 'fixed'],
      fixed: ['open'],
      not_exploitable: ['open'],
      unaffected: ['open'],
      risk_accepted: ['open', 'in_progress', 'fixed'],
    },
    reasonFor: ['not_exploitable', 'unaffected', 'risk_accepted'],
  },
  business_continuity: {
    field: 'status',
    initial: 'draft',
    steps: {
      draft: ['in_review', 'retired'],
      in_review: ['draft', 'active'],
      active: ['in_review', 'retired'],
      retired: ['draft'],
    },
    reasonFor: ['retired'],
    locked: ['retired'],
  },
};

/** By table name. `field` of a machine without entity is the column. */
export const STATE_MACHINES: Readonly<Record<string, StateMachine>> = {
  ...WITHOUT_ENTITY,
  ...Object.fromEntries(
    ENTITY_NAMES.flatMap((name) => {
      const { table, states } = entityOf(name);
      return states ? [[table, states] as const] : [];
    }),
  ),
};
