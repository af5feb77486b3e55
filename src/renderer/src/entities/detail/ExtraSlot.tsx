/** Draws one extra of a record: a shape while it loads, and a fault that takes only its own place. */
import { Component, type ReactNode, Suspense } from 'react';
import { ErrorState } from '../../components/ErrorState';
import { SkeletonRows } from '../../components/Skeleton';
import { type DetailExtraProps, type ExtraAction, extraComponent } from './extras';

interface SlotProps extends DetailExtraProps {
  readonly extra: Pick<ExtraAction, 'load' | 'key'>;
  /** An action has no room for a skeleton or a fault. */
  readonly small?: boolean;
}

export function ExtraSlot({ extra, small = false, ...props }: SlotProps) {
  const Drawn = extraComponent(extra);
  const waiting = small ? null : <SkeletonRows rows={3} label="This part is read" />;
  return (
    <Contained key={extra.key} small={small}>
      <Suspense fallback={waiting}>
        <Drawn {...props} />
      </Suspense>
    </Contained>
  );
}

interface ContainedProps {
  readonly small: boolean;
  readonly children: ReactNode;
}

/** The rest of the page goes on where an extra fails. */
class Contained extends Component<ContainedProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (this.props.small) return null;
    return <ErrorState error={error} onRetry={() => this.setState({ error: null })} />;
  }
}
