/** Says plainly when answers come from the small local model, and how to get a larger one. */
import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconCpu } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '../../api/queries';
import { LinkTo } from '../../ui/LinkTo';
import { useRight } from '../../ui/rights';
import { words } from './words';

export function ModelNotice() {
  const models = useQuery({ ...modelsQuery, refetchInterval: 30_000 }).data?.data;
  if (!models) return null;
  const ready = models.filter((model) => model.ready);
  const chosen = models.find((model) => model.is_default) ?? models[0];
  if (ready.length === 0) {
    const local = chosen?.provider === 'local' ? words.localStates[chosen.state] : undefined;
    const text = local ?? words.noneReady;
    return (
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} data-testid="model-notice">
        <Text size="sm">
          {text} <Connect />
        </Text>
      </Alert>
    );
  }
  if (chosen?.provider !== 'local') return null;
  return (
    <Alert color="blue" icon={<IconCpu aria-hidden />} data-testid="model-notice">
      <Text size="sm">
        {words.local(chosen.name)} <Connect />
      </Text>
    </Alert>
  );
}

function Connect() {
  const operates = useRight('operate');
  if (operates) {
    return (
      <LinkTo to="/models" size="sm" underline="always">
        {words.connect}
      </LinkTo>
    );
  }
  return (
    <LinkTo to="/help/$article" params={{ article: 'providers' }} size="sm" underline="always">
      {words.connectHow}
    </LinkTo>
  );
}
