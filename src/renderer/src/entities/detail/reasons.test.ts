/** Every action that is not there has its sentence, by role, state, archive, licence and connection. */
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { describe, expect, it } from 'vitest';
import { type Standing, whyNotArchive, whyNotCopy, whyNotEdit, whyNotStep } from './reasons';

const row = { id: 'x', rowVersion: 1, createdAt: '', updatedAt: '', createdBy: null, updatedBy: null, status: 'identified' };
const standing = (over: Partial<Standing> = {}, record: Partial<Standing['record']> = {}): Standing => ({
  name: 'findings',
  definition: entityOf('findings'),
  record: { row, may: { update: true, archive: true }, steps: ['confirmed'], archived: false, labels: {}, ...record },
  functions: ['auditor'],
  online: true,
  closed: null,
  ...over,
});

describe('why not', () => {
  it('says nothing where it can be done', () => {
    for (const why of [whyNotEdit, whyNotStep, whyNotArchive, whyNotCopy]) expect(why(standing())).toBeNull();
  });

  it.each([
    [whyNotEdit(standing({ functions: ['viewer'] })), /^Your role reads this\. Auditor may\./],
    [whyNotEdit(standing({ online: false })), /server does not answer/],
    [whyNotEdit(standing({ closed: 'The licence has ended.' })), /^The licence has ended\.$/],
    [whyNotEdit(standing({}, { archived: true, may: { update: false, archive: true } })), /archived/],
    [
      whyNotEdit(standing({}, { row: { ...row, status: 'closed' }, may: { update: false, archive: true } })),
      /locked while it is “Closed”/,
    ],
    [whyNotEdit(standing({}, { row: { ...row, status: 'closed' }, steps: [] })), /^It is “Closed”, and stays as it is\.$/],
    [whyNotEdit(standing({}, { may: { update: false, archive: true } })), /signed off or restricted/],
    [whyNotStep(standing({}, { steps: [] })), /No state follows/],
    [whyNotArchive(standing({ functions: ['risk'] })), /Auditor may/],
    [whyNotCopy(standing({ functions: ['viewer'] })), /Auditor may/],
  ])('%s', (words, expected) => expect(words).toMatch(expected));

  it('is one whole sentence for every kind of record and function', () => {
    for (const name of ENTITY_NAMES)
      for (const fn of TENANT_FUNCTIONS) {
        const here = standing({ name, definition: entityOf(name), functions: [fn] });
        for (const why of [whyNotEdit(here), whyNotArchive(here), whyNotCopy(here)])
          if (why !== null) expect(why).toMatch(/^[A-Z].*\.$/);
      }
  });
});
