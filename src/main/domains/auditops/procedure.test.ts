/** The drafted procedure: one step for each part that asks for something. */
import { describe, expect, it } from 'vitest';
import { draftProcedure, type RequirementPart } from './procedure';

const requirement = { id: 'ac-2', refId: 'AC-2', text: 'a. Define types of accounts.\nb. Assign account managers.' };
const part = (id: string, parentId: string, title: string, text: string | null, refId = id): RequirementPart => ({
  id,
  parentId,
  refId,
  title,
  text,
});

describe('draftProcedure', () => {
  it('takes the leaves of the statement in their order, not guidance nor objectives', () => {
    const procedure = draftProcedure(requirement, [
      part('smt', 'ac-2', 'Statement', null),
      part('smt.a', 'smt', 'Define', 'Define\n  types of accounts', 'AC-2a.'),
      part('smt.b', 'smt', 'Assign', 'Assign:', 'AC-2b.'),
      part('smt.b.1', 'smt.b', 'Managers', 'account managers', 'AC-2b.1.'),
      part('gdn', 'ac-2', 'Guidance', 'Examples of accounts are many'),
      part('obj', 'ac-2', 'Assessment objective', 'accounts are defined'),
    ]);
    expect(procedure?.split('\n').slice(1)).toEqual(['1. AC-2a: Define types of accounts', '2. AC-2b.1: account managers']);
  });

  it('takes parts of a requirement entered by hand, which has no statement', () => {
    const procedure = draftProcedure(requirement, [
      part('1', 'ac-2', 'First', 'do this'),
      part('2', 'ac-2', 'Guidance', 'why'),
      part('3', 'ac-2', 'Second', 'do that'),
    ]);
    expect(procedure?.split('\n').slice(1)).toEqual(['1. 1: do this', '2. 3: do that']);
  });

  it('falls back on the text, and on nothing', () => {
    expect(draftProcedure(requirement, [])?.split('\n')[1]).toBe(
      '1. AC-2: a. Define types of accounts. b. Assign account managers.',
    );
    expect(draftProcedure({ ...requirement, text: ' ' }, [])).toBeNull();
  });

  it('ends where parts lie below themselves, and bounds the steps', () => {
    const loop = [part('a', 'ac-2', 'A', 'x'), part('b', 'a', 'B', 'y'), part('a', 'b', 'A', 'x')];
    expect(draftProcedure(requirement, loop)).not.toBeNull();
    const many = Array.from({ length: 500 }, (_, at) => part(`p${at}`, 'ac-2', 'P', 'x'));
    expect(draftProcedure(requirement, many)?.split('\n')).toHaveLength(101);
  });
});
