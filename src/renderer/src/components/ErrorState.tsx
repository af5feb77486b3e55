/** A screen that could not be drawn: what happened, what is safe, what to do, and a code to copy for support. */
import { Button } from '@mantine/core';
import { ERROR_CODES } from '@shared/errors';
import { type ReactNode, useState } from 'react';
import { errorWords } from '../lib/error-texts';
import { toErrorData } from '../lib/errors';
import { useShortcuts } from '../lib/use-shortcuts';
import { Icon } from './Icon';
import { KeyCap } from './KeyCap';
import css from './StatePage.module.css';

export interface ErrorStateProps {
  /** Anything thrown. */
  readonly error: unknown;
  /** Takes the place of the error's own title. */
  readonly title?: string;
  readonly onRetry?: () => void;
  /** Another way out, beside trying again. */
  readonly actions?: ReactNode;
}

/** `SERVER_CLOSED` → `SERVER-CLOSED · 08006 · 0193-7f41`: code, state of the server, reference in the log. */
export function supportLine(error: unknown): string {
  const { code, details } = toErrorData(error);
  const parts = [code.replaceAll('_', '-'), details.sqlState, details.reference];
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' · ');
}

const SIGNS: Readonly<Record<string, string>> = {
  network: 'cloud-off',
  auth: 'lock',
  forbidden: 'lock',
  schema: 'database',
  local: 'laptop',
};

/** What a person needs to know is untouched; nothing where nothing was at stake. */
const SAFE: Readonly<Record<string, string>> = {
  network: 'This screen comes back by itself when the server does.',
  schema: 'Nothing was changed in the database.',
  internal: 'What the screen called saved is saved.',
};

export function ErrorState({ error, title, onRetry, actions }: ErrorStateProps) {
  const [copied, setCopied] = useState(false);
  const data = toErrorData(error);
  const kind = ERROR_CODES[data.code];
  const words = errorWords(data);
  const support = supportLine(error);
  const safe = SAFE[kind];
  useShortcuts('This screen', [
    { keys: 'R', label: 'Try again', hint: 'try again', enabled: onRetry !== undefined, run: () => onRetry?.() },
  ]);
  const copy = async () => {
    const details = Object.entries(data.details).map(([key, value]) => `${key}: ${String(value)}`);
    await navigator.clipboard.writeText([support, ...details].join('\n'));
    setCopied(true);
  };
  return (
    <div className={css.page} role="alert" data-testid="error-state" data-code={data.code}>
      <div className={css.inner}>
        <span className={css.sign} data-tone={kind === 'forbidden' || kind === 'auth' ? 'attention' : 'bad'}>
          <Icon name={SIGNS[kind] ?? 'alert'} size={26} />
        </span>
        <h2 className={css.title}>{title ?? words.title}</h2>
        <p className={css.text}>{words.text}</p>
        {safe === undefined ? null : (
          <p className={css.safe}>
            <Icon name="laptop" size={18} />
            <span>
              <strong>Your work is safe.</strong> {safe}
            </span>
          </p>
        )}
        <div className={css.actions}>
          {onRetry === undefined ? null : (
            <Button
              size="lg"
              variant="filled"
              leftSection={<Icon name="refresh" />}
              rightSection={<KeyCap keys="R" on="action" />}
              onClick={onRetry}
            >
              Try again
            </Button>
          )}
          {actions}
        </div>
        <div className={css.support}>
          <span>For support</span>
          <span className="k-mono">{support}</span>
          <Button
            variant="transparent"
            size="xs"
            leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy details'}
          </Button>
        </div>
      </div>
    </div>
  );
}
