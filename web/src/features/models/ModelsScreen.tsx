/** Which models answer: the operator's screen for a provider and the local model's state. */
import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { LocalModelStatus, ModelProvider } from '../../api/gen';
import { modelProviderQuery } from '../../api/queries';
import { Facts } from '../../ui/Facts';
import { Page } from '../../ui/Page';
import { Empty, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { ProviderForm } from './ProviderForm';
import { words } from './words';

const POLL_MS = 5_000;

export function ModelsScreen() {
  const operates = useRight('operate');
  return (
    <Page title={words.title} width="narrow">
      {operates ? <Operator /> : <Empty text={words.notOperator} />}
    </Page>
  );
}

function Operator() {
  const query = useQuery({ ...modelProviderQuery, refetchInterval: POLL_MS });
  return (
    <Remote query={query} what={words.what} skeleton={<SkeletonLines count={10} />}>
      {(provider) => (
        <>
          <Provider provider={provider} />
          <Local local={provider.local} />
        </>
      )}
    </Remote>
  );
}

function Provider({ provider }: { provider: ModelProvider }) {
  return (
    <Section
      title={words.provider}
      description={words.providerLead}
      actions={
        <Badge size="lg" color={provider.configured ? 'green' : 'gray'}>
          {provider.configured ? words.connected : words.notConnected}
        </Badge>
      }
    >
      <ProviderForm key={`${provider.kind}-${provider.base_url}-${provider.model}`} provider={provider} />
    </Section>
  );
}

const tones: Record<string, string> = { ready: 'green', starting: 'blue', failed: 'red' };

function Local({ local }: { local: LocalModelStatus }) {
  return (
    <Section
      title={words.local}
      description={words.localLead}
      actions={
        <Badge size="lg" color={tones[local.state] ?? 'gray'}>
          {words.states[local.state] ?? local.state}
        </Badge>
      }
    >
      {local.detail ? (
        <Text size="sm" mb="md">
          {local.detail}
        </Text>
      ) : null}
      <Facts
        facts={[
          { name: words.name, value: local.name },
          { name: words.queue, value: String(local.queued) },
          local.pid == null ? null : { name: words.process, value: String(local.pid) },
        ]}
      />
    </Section>
  );
}
