/** Another look at the records of a list (matrix, timeline), and the switch between it and the rows. */
import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { SkeletonRows } from '../../components/Skeleton';
import type { AlternativeView, ListViewProps } from './extras';

export interface LookSwitchProps {
  readonly views: readonly AlternativeView[];
  /** The view's key; empty for the rows. */
  readonly value: string;
  readonly onChange: (key: string) => void;
}

export function LookSwitch({ views, value, onChange }: LookSwitchProps) {
  if (views.length === 0) return null;
  return (
    <SegmentedControl
      aria-label="Look of this list"
      data={[{ value: '', label: 'Rows' }, ...views.map((view) => ({ value: view.key, label: view.label }))]}
      value={value}
      onChange={onChange}
    />
  );
}

export function OtherView({ view, place, onOpen }: ListViewProps & { readonly view: AlternativeView }) {
  const Loaded = useMemo(() => lazy(async () => ({ default: await view.load() })), [view]);
  return (
    <Suspense fallback={<SkeletonRows rows={14} label={`${view.label} is read`} />}>
      <Loaded place={place} onOpen={onOpen} />
    </Suspense>
  );
}
