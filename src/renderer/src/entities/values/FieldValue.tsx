/** A field's value on the screen, by the field's kind: pill, name, date with what it means, link, text. One place for all screens. */
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { isEntityName } from '@shared/entities/registry';
import { Link } from 'react-router';
import { PersonName } from '../../components/Avatar';
import { DateText } from '../../components/DateText';
import { HashText, shortHash } from '../../components/HashText';
import { Icon } from '../../components/Icon';
import { OptionPill } from '../../components/Pill';
import { formatInstant } from '../../lib/format';
import { detailPath } from '../paths';
import { dueRule, isDue } from './due';
import css from './FieldValue.module.css';
import { emptyWords, isEmptyValue, type Names, valueText } from './text';

export interface FieldValueProps {
  readonly definition: Entity;
  /** Key of the field. */
  readonly name: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly names: Names;
  /** `cell`: one line in a table, nothing to tab to; `full`: links, whole text, avatars. */
  readonly look: 'cell' | 'full';
}

export function FieldValue({ definition, name, row, names, look }: FieldValueProps) {
  const field = Object.hasOwn(definition.allFields, name) ? definition.allFields[name] : undefined;
  if (field === undefined) return null;
  const value = row[name] ?? field.whenEmpty;
  if (isEmptyValue(value)) return <span className={css.none}>{emptyWords(field)}</span>;
  switch (field.kind) {
    case 'enum':
      return (
        <OptionPill
          options={field.options ?? []}
          value={String(value)}
          bare={look === 'cell' && definition.states?.field !== name}
        />
      );
    case 'date':
      return <DateText date={String(value)} due={isDue(dueRule(definition), name, row)} />;
    case 'instant':
      return <time dateTime={String(value)}>{formatInstant(String(value))}</time>;
    case 'person':
      return look === 'full' ? <PersonName name={valueText(field, value, names)} /> : valueText(field, value, names);
    case 'reference':
      return look === 'full' ? (
        <ReferenceLink field={field} id={String(value)} text={names.record(String(value))} />
      ) : (
        valueText(field, value, names)
      );
    case 'boolean':
      return (
        <span className={value === true ? css.yes : css.none}>
          {value === true ? <Icon name="check" size={14} /> : null}
          {valueText(field, value, names)}
        </span>
      );
    case 'tags':
      return <TagList tags={Array.isArray(value) ? value.map(String) : []} />;
    case 'hash':
      return look === 'full' ? <HashText hash={String(value)} /> : <span className="k-mono">{shortHash(String(value))}</span>;
    case 'longText':
      return look === 'full' ? <div className={css.longText}>{String(value)}</div> : String(value);
    case 'json':
      return <span className={css.none}>Kept with the record</span>;
    default:
      return valueText(field, value, names);
  }
}

function ReferenceLink({ field, id, text }: { readonly field: Field; readonly id: string; readonly text: string | null }) {
  const { target } = field;
  if (text === null) return <span className={css.none}>Record out of reach</span>;
  if (target === undefined || !isEntityName(target)) return text;
  return <Link to={detailPath(target, id)}>{text}</Link>;
}

export function TagList({ tags }: { readonly tags: readonly string[] }) {
  return (
    <span className={css.tags}>
      {tags.map((tag) => (
        <span key={tag} className={css.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}
