/** The outermost box of a screen: however long a title or wide a table, the window keeps its width. */
import type { ReactNode } from 'react';
import css from './Screen.module.css';

export function Screen({ children }: { readonly children: ReactNode }) {
  return <div className={css.screen}>{children}</div>;
}
