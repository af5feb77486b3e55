/** Signing in: server, user, password at the left; at the right the demonstration's people, or what this workstation connects to. */

import type { ConnectionState } from '@shared/ipc';
import { useQuery } from '@tanstack/react-query';
import { startTransition, useEffect, useState } from 'react';
import { trpc } from '../../lib/trpc';
import { AboutPane } from './AboutPane';
import { Brand } from './Brand';
import { DemoPane } from './DemoPane';
import { FailurePane } from './FailurePane';
import { type Filled, SignInForm } from './SignInForm';
import css from './SignInPage.module.css';

/** False for the first picture: the form is there at once, and what stands beside it a moment later. */
function useAfterForm(): boolean {
  const [after, setAfter] = useState(false);
  useEffect(() => startTransition(() => setAfter(true)), []);
  return after;
}

export function SignInPage({ connection }: { readonly connection: ConnectionState }) {
  const info = useQuery(trpc.app.info.queryOptions());
  const [filled, setFilled] = useState<Filled | null>(null);
  const beside = useAfterForm();
  const demo = info.data?.demo === true && connection.embedded;
  const failed = connection.state === 'failed';
  return (
    <div className={css.page}>
      <div className={css.card} data-testid="sign-in">
        <section className={css.form} aria-labelledby="sign-in-title">
          <Brand version={info.data?.version} />
          <h1 className={css.title} id="sign-in-title">
            Sign in
          </h1>
          <SignInForm connection={connection} filled={filled} />
        </section>
        <aside className={css.side} aria-label={demo ? 'Demonstration' : 'This workstation'}>
          {!beside ? null : failed ? (
            <FailurePane connection={connection} />
          ) : demo ? (
            <DemoPane onChoose={setFilled} chosen={filled?.email ?? null} />
          ) : (
            <AboutPane connection={connection} />
          )}
        </aside>
      </div>
    </div>
  );
}
