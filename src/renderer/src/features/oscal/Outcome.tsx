/** What the import did, with the ways on: the regulation and the controls that came of it. */
import { Button } from '@mantine/core';
import type { CatalogImportResult, CatalogPreview } from '@shared/wire/oscal';
import { useEffect, useRef } from 'react';
import { Link, useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { detailPath } from '../../entities/paths';
import { formatNumber } from '../../lib/format';
import css from './Outcome.module.css';

export interface OutcomeProps {
  readonly preview: CatalogPreview;
  readonly result: CatalogImportResult;
  readonly onAgain: () => void;
}

export function Outcome({ preview, result, onAgain }: OutcomeProps) {
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { created, updated, unchanged, removed = 0 } = result.changed;
  const nothing = created + updated + removed === 0;
  const figures: readonly (readonly [string, number])[] = [
    ['new', created],
    ['changed', updated],
    ['the same as before', unchanged],
    ['archived', removed],
  ];
  const name = [result.regulation.name, result.regulation.version].filter(Boolean).join(', ');
  return (
    <div className={css.outcome} data-testid="import-done">
      <span className={css.sign}>
        <Icon name="circle-check" size={26} />
      </span>
      <h2 className={css.title} ref={heading} tabIndex={-1}>
        {nothing ? 'Nothing has changed' : 'The catalogue is in'}
      </h2>
      <p className={css.text}>
        {nothing ? `Everything in ${preview.fileName} was here already.` : `${name} was read from ${preview.fileName}.`}
      </p>
      <dl className={css.figures}>
        {figures
          .filter(([word, number]) => number > 0 || word === 'new')
          .map(([word, number]) => (
            <div key={word} className={css.figure}>
              <dt>{word}</dt>
              <dd data-testid={`changed-${word}`}>{formatNumber(number)}</dd>
            </div>
          ))}
      </dl>
      <ul className={css.links}>
        <li>
          <Icon name="book" />
          <Link to={`${detailPath('regulations', result.regulation.id)}?tab=requirements.regulationId`}>{name}</Link>
        </li>
        {result.controlSetId === null ? null : (
          <li>
            <Icon name="stack" />
            <Link to={`${detailPath('controlSets', result.controlSetId)}?tab=controls.controlSetId`}>Its control set</Link>
          </li>
        )}
      </ul>
      <div className={css.actions}>
        <Button onClick={onAgain}>Import another</Button>
        <Button variant="filled" onClick={() => void navigate(detailPath('regulations', result.regulation.id))}>
          Open the regulation
        </Button>
      </div>
    </div>
  );
}
