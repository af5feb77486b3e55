/** A regulation entered by hand leaves as a catalogue that our own strict reader takes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeCatalog, type HandRequirement } from './compose';
import { parseCatalog } from './parse';

const regulation = {
  id: '6c5b2b1e-7f5a-4a57-9f0e-8b2f3f6f0a11',
  name: 'House rules',
  version: null,
  description: 'How we live here',
  updatedAt: '2026-03-01T09:00:00.000Z',
};

const row = (id: string, parentId: string | null, kind: string, more: Partial<HandRequirement> = {}): HandRequirement => ({
  id,
  parentId,
  refId: id,
  title: null,
  text: null,
  guidance: null,
  kind,
  orderIndex: 0,
  ...more,
});

describe('composeCatalog', () => {
  it('writes groups, controls, enhancements and parts with their references', () => {
    const document = composeCatalog(regulation, [
      row('Art. 9', null, 'group', { title: 'Protection' }),
      row('Art. 9(4)', 'Art. 9', 'control', { title: 'Policies', text: 'Write them.', guidance: 'Short ones.' }),
      row('(a)', 'Art. 9(4)', 'part', { text: 'Keep them.' }),
      row('Art. 9(4)+', 'Art. 9(4)', 'enhancement', { title: 'Better' }),
    ]);
    const parsed = parseCatalog(JSON.stringify(document), { fileName: 'export.json' });
    expect(parsed.counts).toEqual({ groups: 1, controls: 1, enhancements: 1, parts: 3 });
    expect(parsed.nodes.find((node) => node.kind === 'control')).toMatchObject({
      refId: 'Art. 9(4)',
      text: 'Write them.\n  (a) Keep them.',
      guidance: 'Short ones.',
    });
  });

  it('says the points of a paragraph once, and they come back with their references', () => {
    const document = composeCatalog(regulation, [
      row('Art. 2(2)', null, 'control', { title: 'Reach', text: 'It does not hold:\n(a) outside;\n(b) at home.' }),
      row('Art. 2(2)(a)', 'Art. 2(2)', 'part', { text: 'outside;', orderIndex: 1 }),
      row('Art. 2(2)(b)', 'Art. 2(2)', 'part', { text: 'at home.', orderIndex: 2 }),
    ]);
    const parsed = parseCatalog(JSON.stringify(document), { fileName: 'export.json' });
    expect(parsed.nodes.find((node) => node.kind === 'control')?.text).toBe('It does not hold:\n  (a) outside;\n  (b) at home.');
    expect(parsed.nodes.filter((node) => node.kind === 'part').map(({ refId }) => refId)).toContain('Art. 2(2)(a)');
  });

  it('says what follows the points behind them, and leaves a text alone that is not made of them', () => {
    const document = composeCatalog(regulation, [
      row('R', null, 'control', { text: 'First:\n(a) one.\nAnd more.' }),
      row('R(a)', 'R', 'part', { text: 'one.' }),
    ]);
    const parsed = parseCatalog(JSON.stringify(document), { fileName: 'export.json' });
    expect(parsed.nodes.find((node) => node.kind === 'control')?.text).toBe('First:\n  (a) one.\n  And more.');
  });

  it('never loses a word of a text', () => {
    const word = fc.constantFrom('one', 'two', '(a)', '(b)', 'three.', 'and');
    const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, fc.option(text), fc.option(text), (first, second, lead, tail) => {
        const whole = [lead, `(a) ${first}`, `(b) ${second}`, tail].filter((part) => part !== null).join('\n');
        const document = composeCatalog(regulation, [
          row('R', null, 'control', { text: whole }),
          row('R(a)', 'R', 'part', { text: first, orderIndex: 1 }),
          row('R(b)', 'R', 'part', { text: second, orderIndex: 2 }),
        ]);
        const parsed = parseCatalog(JSON.stringify(document), { fileName: 'export.json' });
        const back = parsed.nodes.find((node) => node.kind === 'control')?.text ?? '';
        // every word is there, in its order; only a text that is not made of its parts says them once more
        const words = (said: string) => said.split(/\s+/).filter((part) => part !== '');
        let at = 0;
        for (const one of words(back)) if (one === words(whole)[at]) at += 1;
        expect(at).toBe(words(whole).length);
      }),
    );
  });

  it('is a valid catalogue for any references, in any tree', () => {
    const rows = fc.array(
      fc.record({
        refId: fc.string({ minLength: 1, maxLength: 20 }).filter((text) => /\S/.test(text)),
        parent: fc.nat(),
        kind: fc.nat(3),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, (drawn) => {
        const kinds = ['group', 'control', 'enhancement', 'part'];
        const requirements = drawn.map(({ refId, parent, kind }, index) =>
          row(`r${index}`, index === 0 ? null : `r${parent % index}`, kinds[kind] ?? 'part', {
            refId: refId.replaceAll('\u0000', ''),
            orderIndex: index,
          }),
        );
        const parsed = parseCatalog(JSON.stringify(composeCatalog(regulation, requirements)), { fileName: 'export.json' });
        expect(parsed.uuid).toBe(regulation.id);
      }),
    );
  });
});
