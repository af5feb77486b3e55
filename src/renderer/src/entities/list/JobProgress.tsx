/** How far a long piece of work is, and the way to stop it. */
import { Button, Progress } from '@mantine/core';
import { useState } from 'react';
import { formatNumber } from '../../lib/format';
import { notifyError } from '../../lib/notices';
import { useProgress } from '../../lib/progress';
import { trpcClient } from '../../lib/trpc';
import css from './JobProgress.module.css';

export function JobProgress({ job, what }: { readonly job: string; readonly what: string }) {
  const progress = useProgress(job);
  const [stopping, setStopping] = useState(false);
  const stop = async () => {
    setStopping(true);
    try {
      await trpcClient.lists.stop.mutate({ job });
    } catch (error) {
      notifyError(error, 'It was not stopped');
    }
  };
  const { done = 0, total = 0 } = progress ?? {};
  return (
    <div className={css.job}>
      <div className={css.words}>
        <p role="status">
          {progress === null ? 'Begins…' : `${formatNumber(done)} of ${formatNumber(total)} ${what}`}
          {stopping ? ', stops' : ''}
        </p>
        <Button size="xs" onClick={() => void stop()} disabled={stopping}>
          Stop
        </Button>
      </div>
      <Progress value={total === 0 ? 0 : (done / total) * 100} aria-label="Progress" />
    </div>
  );
}
