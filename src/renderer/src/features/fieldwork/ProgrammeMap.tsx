/**
 * Every test of a programme as one tile, by family: its result by colour and shape, its state by its edge. A tile leads to its sheet;
 * the figures stand beside each family, so nothing is said by colour alone.
 */

import { Icon } from '@renderer/components/Icon';
import { worksheetPath } from '@renderer/entities/paths';
import { TEST_RESULT, TEST_STATUS } from '@shared/entities/auditops/options';
import { optionLabel } from '@shared/entities/option-label';
import type { Programme, ProgrammeTest } from '@shared/wire/audits';
import { Link } from 'react-router';
import css from './ProgrammeMap.module.css';

const optionOf = (value: string) => TEST_RESULT.find((option) => option.value === value) ?? TEST_RESULT[0];
const stateOf = (value: string) => optionLabel(TEST_STATUS, value);

export function ProgrammeMap({ programme }: { readonly programme: Programme }) {
  const planId = programme.plan.row.id;
  return (
    <ul className={css.families}>
      {programme.families.map(({ family, title, tests }) => {
        const tested = tests.filter(({ result }) => result !== 'not_tested').length;
        return (
          <li key={family} className={css.family}>
            <span className={css.name} title={title ?? undefined}>
              <strong>{family === '' ? 'No family' : family}</strong> {title}
            </span>
            <span className={css.tiles}>
              {tests.map((test) => (
                <Tile key={test.id} planId={planId} test={test} />
              ))}
            </span>
            <span className={css.count}>
              {tested} of {tests.length}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Tile({ planId, test }: { readonly planId: string; readonly test: ProgrammeTest }) {
  const result = optionOf(test.result);
  const name = `${test.controlRef ?? test.ref ?? ''} ${test.title}`.trim();
  const findings =
    test.openFindings === 0 ? '' : test.openFindings === 1 ? ', 1 open finding' : `, ${test.openFindings} open findings`;
  const words = `${result.label}, ${stateOf(test.status).toLowerCase()}${findings}`;
  return (
    <Link
      className={css.tile}
      to={worksheetPath(planId, test.id)}
      data-result={test.result}
      data-state={test.status}
      aria-label={`${name}: ${words}`}
      title={`${name}\n${words}`}
    >
      {test.result === 'not_tested' ? null : <Icon name={result.shape} size={13} />}
      {test.openFindings > 0 ? <span className={css.flag} /> : null}
    </Link>
  );
}

/** What the tiles' looks mean. */
export function ProgrammeLegend() {
  return (
    <ul className={css.legend}>
      {TEST_RESULT.map((option) => (
        <li key={option.value}>
          <span className={css.tile} data-result={option.value} data-state="done">
            {option.value === 'not_tested' ? null : <Icon name={option.shape} size={13} />}
          </span>
          {option.label.toLowerCase()}
        </li>
      ))}
      <li>
        <span className={css.tile} data-result="not_tested" data-state="in_progress" />
        in progress
      </li>
      <li>
        <span className={css.tile} data-result="not_tested" data-state="done">
          <span className={css.flag} />
        </span>
        open finding
      </li>
    </ul>
  );
}
