/** The judgement and the signed report: what counts as denied, and that no byte of a report changes unseen. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from './judge';
import type { Findings } from './prove';
import { checkReport, describeReport, fileText, reportOf, signingKey, signReport } from './report';
import type { Expectation, Outcome } from './types';

const said = (rows: Record<string, unknown>[], more: Partial<Outcome> = {}): Outcome => ({
  state: null,
  message: '',
  rows,
  count: rows.length,
  text: JSON.stringify(rows),
  ...more,
});
const denied: Outcome = { state: '42501', message: 'permission denied', rows: [], count: 0, text: 'permission denied' };
const verdictOf = (expect_: Expectation, outcome: Outcome, secrets: string[] = [], twin?: Outcome) =>
  judge(expect_, outcome, secrets, twin).verdict;

describe('judge', () => {
  it.each<[string, Expectation, Outcome, string]>([
    ['a refusal', { kind: 'refused' }, denied, 'denied'],
    ['a success', { kind: 'refused' }, said([]), 'open'],
    ['another error', { kind: 'refused' }, { ...denied, state: '42601' }, 'unclear'],
    ['a lost connection', { kind: 'refused' }, { ...denied, state: 'lost' }, 'unclear'],
    ['no row', { kind: 'nothing' }, said([]), 'denied'],
    ['rows that were copied', { kind: 'nothing' }, said([], { count: 3 }), 'open'],
    ['no', { kind: 'no' }, said([{ a: false }]), 'denied'],
    ['yes', { kind: 'no' }, said([{ a: true }]), 'open'],
    ['two rows of no', { kind: 'no' }, said([{ a: false }, { a: false }]), 'open'],
    ['oneself', { kind: 'only', rows: [{ id: 'me' }] }, said([{ id: 'me' }]), 'denied'],
    ['somebody else', { kind: 'only', rows: [{ id: 'me' }] }, said([{ id: 'you' }]), 'open'],
    ['nothing to compare with', { kind: 'same', twin: [] }, denied, 'unclear'],
  ])('%s', (_, expectation, outcome, verdict) => expect(verdictOf(expectation, outcome)).toBe(verdict));

  it('sees a secret wherever it is told, also in a refusal', () => {
    expect(verdictOf({ kind: 'refused' }, { ...denied, text: 'not the Vault of Nordhaven' }, ['Vault of Nordhaven'])).toBe(
      'open',
    );
    expect(verdictOf({ kind: 'silent' }, said([{ a: 'the Vault' }]), ['the Vault'])).toBe('open');
  });

  it('compares with what does not exist, but for the ids that were typed', () => {
    const about = (id: string, state: string): Outcome => ({ ...denied, state, message: `no ${id}` });
    const id = '00000000-0000-4000-8000-000000000001';
    const nowhere = '00000000-0000-4000-8000-000000000002';
    expect(verdictOf({ kind: 'same', twin: [] }, about(id, '23503'), [], about(nowhere, '23503'))).toBe('denied');
    expect(verdictOf({ kind: 'same', twin: [] }, about(id, '42501'), [], about(nowhere, '23503'))).toBe('open');
    expect(verdictOf({ kind: 'same', twin: [] }, said([]), [], said([]))).toBe('open');
  });
});

const findings: Findings = {
  run: '0123abcd',
  swept: [],
  given: false,
  embedded: false,
  server: { version: 'PostgreSQL 15.4 on x', database: 'grc', time: '2026-07-01 12:00:00+00' },
  people: [{ as: 'viewer of A', login: 'u_0' }],
  attempts: [{ as: 'viewer of A', group: 'rows', statement: 'SELECT 1', verdict: 'denied', answer: '42501 no' }],
  control: [{ statement: 'SELECT 2', must: 'open', verdict: 'open', answer: '1 rows', caught: true }],
};
const key = generateKeyPairSync('ed25519').privateKey;
const written = (given: Findings) => fileText(signReport(reportOf(given, 'kompl 0', 'directly'), key));

describe('the report', () => {
  it('comes back from its file as it was signed', () => {
    expect(checkReport(written(findings))).toMatchObject({ genuine: true, fault: null, report: { verdict: 'isolated' } });
    expect(describeReport(checkReport(written(findings)).report).join('\n')).toContain('ISOLATED');
  });

  it.each([
    ['42501 no', '42501 ni'],
    ['"verdict":"denied"', '"verdict":"open"'],
    ['viewer of A","group', 'auditor of A","group'],
    ['"grc"', '"abc"'],
    ['"open":0', '"open":1'],
  ])('notices %s turned into %s', (from, to) => {
    const text = written(findings);
    expect(text).toContain(from);
    expect(checkReport(text.replace(from, to)).genuine).toBe(false);
  });

  it('notices an attempt taken out, and a verdict that somebody signed against the facts', () => {
    const report = reportOf(findings, 'kompl 0', 'directly');
    const lied = { ...report, attempts: [{ ...findings.attempts[0], verdict: 'open' as const }] };
    const signed = signReport({ ...report, attempts: [] }, key);
    expect(checkReport(fileText(signed)).genuine).toBe(false);
    expect(checkReport(fileText(signReport({ ...report, ...lied } as typeof report, key))).genuine).toBe(false);
  });

  it('is void without a control that was caught, and fails with what got through or proves nothing', () => {
    const verdict = (more: Partial<Findings>) => reportOf({ ...findings, ...more }, 'k', 'd').verdict;
    const [attempt] = findings.attempts;
    const [control] = findings.control;
    if (!attempt || !control) throw new Error('no sample');
    expect(verdict({ control: [] })).toBe('void');
    expect(verdict({ attempts: [] })).toBe('void');
    expect(verdict({ control: [{ ...control, caught: false }] })).toBe('void');
    expect(verdict({ attempts: [{ ...attempt, verdict: 'open' }] })).toBe('not isolated');
    expect(verdict({ attempts: [{ ...attempt, verdict: 'unclear' }] })).toBe('not isolated');
  });

  it.each(['', 'null', '{}', '{"report": {}, "signature": {}}'])('refuses %j, which is no report', (text) => {
    expect(() => checkReport(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('keeps its key for the account alone, and takes no other file for one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kompl-key-'));
    try {
      const path = join(folder, 'isolation-key.pem');
      const made = signingKey(path);
      if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0);
      expect(signingKey(path).equals(made)).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain('PRIVATE KEY');
      writeFileSync(path, 'no key');
      expect(() => signingKey(path)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
