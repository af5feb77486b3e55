import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompareNode, compareVersions } from './compare';

const node = (ref: string, title: string, text: string | null = null, parentId: string | null = null, id = ref): CompareNode => ({
  id,
  parentId,
  sourceId: null,
  refId: ref,
  title,
  text,
  assessable: text !== null,
});
const words = (changes: ReturnType<typeof compareVersions>) =>
  changes.map(({ kind, moved, renumbered, minor, from, to, verdict }) =>
    [kind, from?.refId ?? '-', to?.refId ?? '-', verdict, moved && 'moved', renumbered && 'renumbered', minor && 'minor']
      .filter(Boolean)
      .join(' '),
  );

const older = [
  node('1', 'Access'),
  node('1.1', 'Accounts', 'Every account belongs to one person and is reviewed each quarter.', '1'),
  node('1.2', 'Passwords', 'Passwords have twelve characters or more.', '1'),
  node('2', 'Incidents'),
  node('2.1', 'Reporting', 'Incidents are reported to the authority within three days.', '2'),
  node('2.2', 'Telephone', 'A telephone list hangs at every door.', '2'),
];

describe('two versions of a regulation', () => {
  it('are the same where nothing differs', () => {
    expect(new Set(words(compareVersions(older, older)).map((line) => line.split(' ')[0]))).toEqual(new Set(['same']));
  });

  it('tell changed from renumbered, moved, new and gone, though numbers are given away again', () => {
    const newer = [
      node('1', 'Access', null, null, 'n1'),
      node('1.1', 'Inventory', 'All systems stand in an inventory with an owner.', 'n1', 'n11'),
      node('1.2', 'Accounts', 'Every account belongs to one person and is reviewed each quarter.', 'n1', 'n12'),
      node('1.3', 'Passwords', 'Passwords have fourteen characters or more.', 'n1', 'n13'),
      node('2', 'Incidents', null, null, 'n2'),
      node('2.1', 'Reporting', 'Incidents are reported to the authority within three days', 'n2', 'n21'),
    ];
    expect(words(compareVersions(older, newer))).toEqual([
      'same 1 1 valid',
      'added - 1.1 new',
      'same 1.1 1.2 valid renumbered',
      'changed 1.2 1.3 look renumbered',
      'same 2 2 valid',
      'changed 2.1 2.1 valid minor',
      'removed 2.2 - gone',
    ]);
  });

  it('sees what went under another heading, and what was passed by others', () => {
    const [access, accounts, passwords, incidents, reporting, telephone] = older as [
      CompareNode,
      ...CompareNode[],
    ] as CompareNode[];
    if (!access || !accounts || !passwords || !incidents || !reporting || !telephone) throw new Error('six nodes');
    const newer = [access, passwords, accounts, incidents, reporting, { ...telephone, parentId: '1' }];
    expect(words(compareVersions(older, newer)).filter((line) => line.includes('moved'))).toHaveLength(2);
  });

  const anyTree = fc
    .array(
      fc.record({
        parent: fc.nat(20),
        text: fc.constantFrom('', 'Keys are counted', 'Doors are locked at night', 'Logs are kept for a year'),
      }),
      { maxLength: 20 },
    )
    .map((raw) =>
      raw.map((each, at): CompareNode => {
        const parentId = at === 0 || each.parent >= at ? null : `${each.parent}`;
        return { id: `${at}`, parentId, sourceId: null, refId: `R${at}`, title: `T${at % 3}`, text: each.text, assessable: true };
      }),
    );
  it('put every node of both into exactly one change', () => {
    fc.assert(
      fc.property(anyTree, anyTree, (a, b) => {
        const to = b.map((each) => ({
          ...each,
          id: `n${each.id}`,
          parentId: each.parentId === null ? null : `n${each.parentId}`,
        }));
        const changes = compareVersions(a, to);
        expect(changes.flatMap((change) => (change.from ? [change.from.id] : [])).sort()).toEqual(
          a.map((each) => each.id).sort(),
        );
        expect(changes.flatMap((change) => (change.to ? [change.to.id] : [])).sort()).toEqual(to.map((each) => each.id).sort());
      }),
    );
  });

  it('renumbering alone changes no answer', () => {
    const telling = anyTree.map((nodes) =>
      nodes.map((each, at) => ({ ...each, text: `Rule number ${at} of the long list says word${at} word${at + 50}` })),
    );
    fc.assert(
      fc.property(telling, (nodes) => {
        const renumbered = nodes.map((each) => ({
          ...each,
          id: `n${each.id}`,
          refId: `§ ${each.refId}`,
          parentId: each.parentId === null ? null : `n${each.parentId}`,
        }));
        for (const change of compareVersions(nodes, renumbered)) {
          expect([change.kind, change.moved, change.renumbered, change.verdict]).toEqual(['same', false, true, 'valid']);
        }
      }),
    );
  });
});
