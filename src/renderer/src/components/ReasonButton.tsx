/** A button that says why it cannot be pressed: it stays in the tab order, and its sentence is read out and shown. */
import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import { type ReactNode, useId } from 'react';

export interface ReasonButtonProps extends ButtonProps {
  /** Why not; null where it can be pressed. */
  readonly why: string | null;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function ReasonButton({ why, onClick, children, ...rest }: ReasonButtonProps) {
  const id = useId();
  if (why === null)
    return (
      <Button {...rest} onClick={onClick}>
        {children}
      </Button>
    );
  return (
    <Tooltip label={why} multiline maw={320}>
      <Button
        {...rest}
        variant="default"
        rightSection={undefined}
        aria-disabled="true"
        data-disabled
        aria-describedby={id}
        onClick={(event) => event.preventDefault()}
      >
        {children}
        <span id={id} className="k-visually-hidden">
          {why}
        </span>
      </Button>
    </Tooltip>
  );
}
