/** The trail's words and questions. */
import type { TrailLine, TrailProof } from '@shared/wire/trail';
import { describe, expect, it } from 'vitest';
import { NO_NAMES } from '../../entities/values/text';
import { isFiltered, NO_FILTERS, toQuery } from './filters';
import { verdictWords } from './TrailBanner';
import { deedOf, didWords, fromWords, humanised, kindWords, recordWords, timeParts, whatWords, whoWords } from './words';

const line: TrailLine = {
  origin: 'tenant',
  entry: '7',
  at: '2026-11-22T10:00:00.123456Z',
  actorId: 'p1',
  actorName: 'Mira Aldenhoff',
  login: 'u_1',
  action: 'update',
  resourceType: 'findings',
  resourceId: 'r1',
  source: null,
  opId: null,
  reason: null,
  seal: null,
  changes: [],
  more: 0,
  called: null,
  details: null,
};

describe('the words of the trail', () => {
  it('say what changed by the labels of fields and options', () => {
    const changes = [
      { column: 'status', before: 'identified', after: 'confirmed' },
      { column: 'due_date', before: null, after: '2026-11-20' },
    ];
    const words = whatWords({ ...line, changes, more: 2, reason: 'seen on site' }, NO_NAMES);
    expect(words).toBe('State Identified → Confirmed, Due 20 Nov 2026, and 2 more, “seen on site”');
  });

  it('name roles and refusals', () => {
    const changes = [{ column: 'function', before: null, after: 'auditor' }];
    expect(whatWords({ ...line, resourceType: 'users', action: 'membership.grant', changes }, NO_NAMES)).toBe('Role Auditor');
    const details = { path: 'trail.list', code: 'ROLE_FORBIDS' };
    expect(whatWords({ ...line, action: 'denied', resourceType: 'procedures', details }, NO_NAMES)).toContain('(trail.list)');
    expect(whatWords({ ...line, action: 'denied', details: { code: 'toString' } }, NO_NAMES)).toContain('Not allowed');
  });

  it('tell a change to people by its event', () => {
    const role = { ...line, action: 'role', resourceType: 'people', details: { event: 'membership.grant', function: 'risk' } };
    expect(deedOf(role).word).toBe('granted');
    expect(deedOf({ action: 'role', details: null }).word).toBe('set a role');
    expect(whatWords(role, NO_NAMES)).toBe('role Risk');
    expect(recordWords(role, null, { person: () => 'Ada Lindt', record: () => null })).toBe('Ada Lindt');
  });

  it('bear what nobody has named', () => {
    expect(didWords('licence.odd_thing').word).toBe('licence odd thing');
    expect(didWords('constructor').word).toBe('constructor');
    expect(kindWords('risk_assessments')).toBe('Risk assessments');
    expect(humanised('expiresAt')).toBe('Expires at');
    expect(recordWords({ ...line, called: 'F-001 Owner' }, null, NO_NAMES)).toBe('F-001 Owner');
    expect(recordWords({ ...line, resourceType: 'users' }, null, NO_NAMES)).toBe('A person');
  });

  it('say who and from where', () => {
    expect(whoWords(line)).toBe('Mira Aldenhoff');
    expect(whoWords({ actorId: null, actorName: null, login: 'kompl_owner' })).toBe('Server');
    expect(whoWords({ actorId: null, actorName: null, login: 'sealer' })).toBe('sealer');
    expect(fromWords('workstation/0.1.0 0193aa11-2222')).toBe('workstation 0193aa11');
    expect(fromWords(null)).toBe('server');
    expect(fromWords('psql')).toBe('psql');
  });

  it('give the day only where it is not today', () => {
    const local = new Date(2026, 10, 22, 9, 5, 6, 7).toISOString();
    expect(timeParts(local, '2026-11-22')).toEqual({ day: null, time: '09:05:06', ms: '007' });
    expect(timeParts(local, '2026-11-23').day).toBe('22 Nov');
    expect(timeParts(local, '2027-01-01').day).toBe('22 Nov 2026');
  });
});

describe('the filters', () => {
  it('begin at midnight here and end after the last day', () => {
    expect(toQuery({ ...NO_FILTERS, when: 'today' }, '2026-11-22').from).toBe(new Date(2026, 10, 22).toISOString());
    expect(toQuery({ ...NO_FILTERS, when: 'week' }, '2026-03-02').from).toBe(new Date(2026, 1, 24).toISOString());
    const days = toQuery({ ...NO_FILTERS, when: 'days', from: '2026-12-31', to: '2026-12-31' }, '2026-11-22');
    expect(days).toMatchObject({ from: new Date(2026, 11, 31).toISOString(), to: new Date(2027, 0, 1).toISOString() });
    expect(toQuery(NO_FILTERS, '2026-11-22')).toMatchObject({ from: null, to: null, actions: [], resourceTypes: [] });
  });

  it('ask for one record by its table and id', () => {
    const record = { table: 'controls', id: 'c1', title: 'AC-1' };
    const filters = { ...NO_FILTERS, record, resourceType: 'findings' };
    expect(toQuery(filters, '2026-11-22')).toMatchObject({ resourceTypes: ['controls'], resourceId: 'c1' });
    expect(isFiltered(filters)).toBe(true);
    expect(isFiltered({ ...NO_FILTERS })).toBe(false);
  });
});

describe('the verdict', () => {
  const proof: TrailProof = {
    whole: true,
    rows: 3,
    seals: 1,
    head: { seq: 1, hash: 'aa' },
    lastSealedAt: null,
    waiting: 0,
    oldestWaiting: null,
    keys: [],
    faults: [],
    checkedAt: '2026-11-22T10:00:00Z',
  };
  const fault = { kind: 'row_changed', seal: 1, row: '7', at: null, what: 'Row 7 was changed' };

  it('is whole, not yet sealed, or names how many differ', () => {
    expect(verdictWords(proof)).toEqual({ tone: 'good', title: 'The trail is intact' });
    expect(verdictWords({ ...proof, seals: 0, head: null }).tone).toBe('attention');
    expect(verdictWords({ ...proof, whole: false, faults: [fault] }).title).toBe('One entry differs from its seal');
    expect(verdictWords({ ...proof, whole: false, faults: [fault, fault] }).title).toBe('2 entries differ from their seals');
  });
});
