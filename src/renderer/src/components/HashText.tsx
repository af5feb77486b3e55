/** A SHA-256 as people compare it, `9f3c…e1a8`, with the whole of it to copy and to read out. */
import { useState } from 'react';
import css from './HashText.module.css';
import { Icon } from './Icon';

/** The first and last four digits. */
export function shortHash(hash: string): string {
  return hash.length <= 9 ? hash : `${hash.slice(0, 4)}…${hash.slice(-4)}`;
}

export interface HashTextProps {
  readonly hash: string;
  /** Shows all 64 digits. */
  readonly full?: boolean;
}

export function HashText({ hash, full = false }: HashTextProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(hash);
    setCopied(true);
  };
  return (
    <span className={css.hash}>
      <span className="k-mono" title={hash} data-testid="hash">
        {full ? hash : shortHash(hash)}
      </span>
      <button
        type="button"
        className={css.copy}
        onClick={copy}
        onBlur={() => setCopied(false)}
        aria-label={copied ? 'Hash copied' : 'Copy the whole hash'}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </button>
    </span>
  );
}
