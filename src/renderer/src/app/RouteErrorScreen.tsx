/** What shows where a screen broke or does not exist. A broken screen leaves the rest of the window standing. */
import { Button } from '@mantine/core';
import { isRouteErrorResponse, useNavigate, useRouteError } from 'react-router';
import { EmptyState } from '../components/EmptyState';
import { ErrorState } from '../components/ErrorState';
import { Icon } from '../components/Icon';
import { usePageHead } from '../lib/page-head';

export function RouteErrorScreen() {
  const error = useRouteError();
  const navigate = useNavigate();
  usePageHead({ crumbs: [{ label: 'This screen could not be drawn' }], rail: false });
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundScreen />;
  return (
    <ErrorState
      error={error}
      onRetry={() => window.location.reload()}
      actions={
        <Button size="lg" leftSection={<Icon name="dashboard" />} onClick={() => void navigate('/')}>
          Go home
        </Button>
      }
    />
  );
}

export function NotFoundScreen() {
  const navigate = useNavigate();
  usePageHead({ crumbs: [{ label: 'Not found' }], rail: false });
  return (
    <EmptyState
      icon="search"
      title="There is nothing at this address"
      text="The link may be from another version, or the record was never here."
      starts={[
        {
          icon: 'dashboard',
          title: 'Go home',
          text: 'posture, what is due, your own work',
          keys: 'G H',
          run: () => void navigate('/'),
        },
      ]}
    />
  );
}
