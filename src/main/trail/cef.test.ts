/** A line of CEF stays one line and every part stays its own, whatever is written into the trail. */
import { describe, expect, it } from 'vitest';
import { type CefEvent, cefLine, escapeExtension, escapeHeader } from './cef';

const EVENT: CefEvent = {
  at: '2026-07-01T12:00:00.123456Z',
  chain: '0b7e6f6e-3c55-4a4f-8f59-6d1f6a1f0001',
  id: '42',
  actor: null,
  login: 'u_1',
  action: 'denied',
  resourceType: 'con|trols\\',
  resourceId: null,
  source: 'workstation/0.1.0 a=b',
  opId: null,
  reason: 'line one\r\nline two\nrt=0 act=nothing\u2028end',
  oldValues: null,
  newValues: { name: 'a=b|c\\d' },
  details: null,
  seal: 7,
  leaf: 'ff',
};

describe('a CEF line', () => {
  const line = cefLine(EVENT, { version: '1|2' });

  it('escapes the header and the extension each in its own way', () => {
    expect(escapeHeader('a|b\\c=d\ne')).toBe('a\\|b\\\\c=d e');
    expect(escapeExtension('a|b\\c=d\ne')).toBe('a|b\\\\c\\=d\\ne');
    expect(line.startsWith('CEF:0|KOMPL.AI|Workstation|1\\|2|trail.denied|denied con\\|trols\\\\|7|rt=1782907200123 ')).toBe(
      true,
    );
  });

  it('is one line and lets no value make a field', () => {
    expect(line).not.toMatch(/[\r\n\u2028]/);
    expect(line).toContain('reason=line one\\nline two\\nrt\\=0 act\\=nothing end');
    expect(line.match(/[| ]rt=/g)).toHaveLength(1);
    expect(line).toContain(String.raw`cs5={"name":"a\=b|c\\\\d"}`);
  });

  it('leaves out what is not there, with its label', () => {
    expect(line).not.toContain('suid=');
    expect(line).not.toContain('cs3Label');
    expect(line).toContain('cn1Label=seal cn1=7');
  });
});
