/** The editor of one field's filters, by the field's kind. Enter applies, Esc leaves things as they were. */
import { Button, Checkbox, Radio, TextInput } from '@mantine/core';
import type { Filter } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { isEntityName } from '@shared/entities/registry';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Icon } from '../../components/Icon';
import { OptionPill } from '../../components/Pill';
import { todayHere } from '../../lib/format';
import { useMe } from '../../lib/session';
import { usePeople } from '../api';
import { parseTypedDate, writeDate } from '../form/typedDate';
import { useFoundRecords } from '../form/useFoundRecords';
import { readInteger } from '../form/validate';
import { emptyWords } from '../values/text';
import css from './FilterEditor.module.css';

export interface FilterEditorProps {
  readonly name: string;
  readonly field: Field;
  readonly filters: readonly Filter[];
  readonly onApply: (filters: readonly Filter[]) => void;
}

export function FilterEditor(props: FilterEditorProps) {
  switch (props.field.kind) {
    case 'enum':
      return <EnumEditor {...props} />;
    case 'person':
      return <PersonEditor {...props} />;
    case 'reference':
      return <ReferenceEditor {...props} />;
    case 'date':
    case 'instant':
      return <DateEditor {...props} />;
    case 'integer':
      return <NumberEditor {...props} />;
    case 'boolean':
      return <BooleanEditor {...props} />;
    default:
      return <TextEditor {...props} />;
  }
}

interface FrameProps {
  readonly field: Field;
  readonly onSubmit: () => void;
  readonly fault?: string | null;
  readonly children: ReactNode;
}

function Frame({ field, onSubmit, fault = null, children }: FrameProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={css.frame} onSubmit={submit} noValidate>
      <h2 className={css.title}>{field.label}</h2>
      <div className={css.body}>{children}</div>
      {fault === null ? null : (
        <p className={css.fault} role="alert">
          {fault}
        </p>
      )}
      <div className={css.foot}>
        <Button type="submit" variant="filled">
          Apply
        </Button>
      </div>
    </form>
  );
}

/** The values that a field's filters pick out, with `''` for “not set”. */
function pickedValues(filters: readonly Filter[]): readonly string[] {
  return filters.flatMap((filter) => {
    if (filter.op === 'empty') return [''];
    if (filter.op === 'in' && Array.isArray(filter.value)) return filter.value.map(String);
    return filter.op === 'eq' ? [String(filter.value)] : [];
  });
}

/** “Not set” stands alone: the service joins filters by “and”. */
function pickFilters(name: string, picked: readonly string[]): readonly Filter[] {
  if (picked.includes('')) return [{ field: name, op: 'empty' }];
  return picked.length === 0 ? [] : [{ field: name, op: 'in', value: picked }];
}

interface ChoicesProps {
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: ReactNode }[];
  readonly picked: readonly string[];
  readonly onChange: (picked: readonly string[]) => void;
}

function Choices({ label, choices, picked, onChange }: ChoicesProps) {
  const change = (next: string[]) => {
    const added = next.find((value) => !picked.includes(value));
    onChange(added === '' ? [''] : next.filter((value) => value !== ''));
  };
  return (
    <Checkbox.Group value={[...picked]} onChange={change} aria-label={label}>
      <div className={css.choices}>
        {choices.map((choice, at) => (
          <Checkbox key={choice.value} value={choice.value} label={choice.label} data-autofocus={at === 0 || undefined} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

function EnumEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const [picked, setPicked] = useState(pickedValues(filters));
  const options = (field.options ?? []).map((option) => ({
    value: option.value,
    label: <OptionPill options={[option]} value={option.value} />,
  }));
  const choices = field.required ? options : [...options, { value: '', label: emptyWords(field) }];
  return (
    <Frame field={field} onSubmit={() => onApply(pickFilters(name, picked))}>
      <Choices label={field.label} choices={choices} picked={picked} onChange={setPicked} />
    </Frame>
  );
}

/** For a person or a record: all whose name holds what was typed, whoever that will be. */
function ByName({ name, find, onApply }: Pick<FilterEditorProps, 'name' | 'onApply'> & { readonly find: string }) {
  const wanted = find.trim();
  if (wanted === '') return null;
  return (
    <div className={css.quick}>
      <Button size="xs" onClick={() => onApply([{ field: name, op: 'contains', value: wanted }])}>
        Whose name has “{wanted}”
      </Button>
    </div>
  );
}

function PersonEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const people = usePeople();
  const me = useMe();
  const [picked, setPicked] = useState(pickedValues(filters));
  const [find, setFind] = useState('');
  const wanted = find.trim().toLowerCase();
  const others = people.list.filter(
    (person) => person.id !== me?.id && (picked.includes(person.id) || person.displayName.toLowerCase().includes(wanted)),
  );
  const choices = [
    { value: '@me', label: 'Me' },
    { value: '', label: emptyWords(field) },
    ...others.slice(0, 50).map((person) => ({ value: person.id, label: person.displayName })),
  ];
  return (
    <Frame field={field} onSubmit={() => onApply(pickFilters(name, picked))}>
      <FindInput label="Find a person" value={find} onChange={setFind} />
      <Choices label={field.label} choices={choices} picked={picked} onChange={setPicked} />
      <ByName name={name} find={find} onApply={onApply} />
    </Frame>
  );
}

function ReferenceEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const [picked, setPicked] = useState(pickedValues(filters));
  const [find, setFind] = useState('');
  const target = field.target !== undefined && isEntityName(field.target) ? field.target : 'regulations';
  const found = useFoundRecords(
    target,
    find,
    picked.filter((value) => value !== ''),
  );
  const choices = [
    ...(field.required ? [] : [{ value: '', label: emptyWords(field) }]),
    ...found.choices.map((choice) => ({ value: choice.id, label: choice.title })),
  ];
  return (
    <Frame field={field} onSubmit={() => onApply(pickFilters(name, picked))}>
      <FindInput label={`Find: ${field.label}`} value={find} onChange={setFind} />
      <Choices label={field.label} choices={choices} picked={picked} onChange={setPicked} />
      <ByName name={name} find={find} onApply={onApply} />
      {found.more > 0 ? <p className={css.more}>{found.more} more. Type to find them.</p> : null}
    </Frame>
  );
}

function FindInput({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  return (
    <TextInput
      leftSection={<Icon name="search" />}
      placeholder={label}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-autofocus
    />
  );
}

function boundOf(filters: readonly Filter[], op: Filter['op']): string {
  const value = filters.find((filter) => filter.op === op)?.value;
  return value === undefined || value === null ? '' : String(value);
}

const SPANS: readonly { readonly label: string; readonly filters: (name: string) => readonly Filter[] }[] = [
  { label: 'Past', filters: (name) => [{ field: name, op: 'lt', value: '@today' }] },
  {
    label: 'Next 7 days',
    filters: (name) => [
      { field: name, op: 'gte', value: '@today' },
      { field: name, op: 'lte', value: '@today+7' },
    ],
  },
  {
    label: 'Next 30 days',
    filters: (name) => [
      { field: name, op: 'gte', value: '@today' },
      { field: name, op: 'lte', value: '@today+30' },
    ],
  },
  {
    label: 'Last 30 days',
    filters: (name) => [
      { field: name, op: 'gte', value: '@today-30' },
      { field: name, op: 'lte', value: '@today' },
    ],
  },
  { label: 'Not set', filters: (name) => [{ field: name, op: 'empty' }] },
  { label: 'Is set', filters: (name) => [{ field: name, op: 'notEmpty' }] },
];

/** `+30`, `-7` and `today` go with the days; anything else is a date that stays. */
export function relativeBound(text: string): string | null {
  const plain = text.trim().toLowerCase();
  if (plain === 'today') return '@today';
  return /^[+-]\d{1,4}$/.test(plain) ? `@today${plain}` : null;
}

/** A bound as it is typed. */
function typedBound(value: string): string {
  if (!value.startsWith('@today')) return writeDate(value);
  return value === '@today' ? 'today' : value.slice('@today'.length);
}

function DateEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const shown = (op: 'gte' | 'lte') => typedBound(boundOf(filters, op));
  const [from, setFrom] = useState(shown('gte'));
  const [to, setTo] = useState(shown('lte'));
  const [fault, setFault] = useState<string | null>(null);
  const apply = () => {
    const today = todayHere();
    const bound = (text: string) => {
      const relative = relativeBound(text);
      return relative === null ? parseTypedDate(text, today) : { ok: true as const, value: relative };
    };
    const read = [bound(from), bound(to)] as const;
    const bad = read.find((each) => !each.ok);
    if (bad !== undefined && !bad.ok) return setFault(bad.message);
    const [start, end] = read;
    const next: Filter[] = [];
    if (start.ok && start.value !== null) next.push({ field: name, op: 'gte', value: start.value });
    if (end.ok && end.value !== null) next.push({ field: name, op: 'lte', value: end.value });
    return onApply(next);
  };
  return (
    <Frame field={field} onSubmit={apply} fault={fault}>
      <div className={css.pair}>
        <TextInput
          label="From"
          placeholder="23 Nov 2026"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput label="To" placeholder="+30" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      </div>
      <div className={css.quick}>
        {SPANS.map((span) => (
          <Button key={span.label} size="xs" onClick={() => onApply(span.filters(name))}>
            {span.label}
          </Button>
        ))}
      </div>
    </Frame>
  );
}

function NumberEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const [from, setFrom] = useState(boundOf(filters, 'gte'));
  const [to, setTo] = useState(boundOf(filters, 'lte'));
  const [fault, setFault] = useState<string | null>(null);
  const apply = () => {
    const next: Filter[] = [];
    for (const [op, text] of [
      ['gte', from],
      ['lte', to],
    ] as const) {
      if (text.trim() === '') continue;
      const value = readInteger(text);
      if (value === null) return setFault('Write a whole number.');
      next.push({ field: name, op, value });
    }
    return onApply(next);
  };
  return (
    <Frame field={field} onSubmit={apply} fault={fault}>
      <div className={css.pair}>
        <TextInput label="At least" value={from} onChange={(event) => setFrom(event.currentTarget.value)} data-autofocus />
        <TextInput label="At most" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      </div>
      {field.required ? null : <SetOrNot name={name} onApply={onApply} />}
    </Frame>
  );
}

function BooleanEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const [value, setValue] = useState(boundOf(filters, 'eq') === 'false' ? 'no' : 'yes');
  return (
    <Frame field={field} onSubmit={() => onApply([{ field: name, op: 'eq', value: value === 'yes' }])}>
      <Radio.Group value={value} onChange={setValue} aria-label={field.label}>
        <div className={css.choices}>
          <Radio value="yes" label="Yes" data-autofocus />
          <Radio value="no" label="No" />
        </div>
      </Radio.Group>
    </Frame>
  );
}

function TextEditor({ name, field, filters, onApply }: FilterEditorProps) {
  const any = filters.find(({ op }) => op === 'in')?.value;
  const [text, setText] = useState(Array.isArray(any) ? any.join(', ') : boundOf(filters, 'contains'));
  const apply = () => {
    const tags = field.kind === 'tags' ? text.split(',').flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim()])) : [];
    if (tags.length > 1) return onApply([{ field: name, op: 'in', value: tags }]);
    return onApply(text.trim() === '' ? [] : [{ field: name, op: 'contains', value: text.trim() }]);
  };
  return (
    <Frame field={field} onSubmit={apply}>
      <TextInput
        label={field.kind === 'tags' ? 'Has the tag, or one of' : 'Contains'}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <SetOrNot name={name} onApply={onApply} />
    </Frame>
  );
}

function SetOrNot({ name, onApply }: Pick<FilterEditorProps, 'name' | 'onApply'>) {
  return (
    <div className={css.quick}>
      <Button size="xs" onClick={() => onApply([{ field: name, op: 'empty' }])}>
        Not set
      </Button>
      <Button size="xs" onClick={() => onApply([{ field: name, op: 'notEmpty' }])}>
        Is set
      </Button>
    </div>
  );
}
