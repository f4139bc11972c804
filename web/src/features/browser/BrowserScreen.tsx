/** Where a browser session is started, or why none can be. */
import { Alert, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { browserQuery } from '../../api/queries';
import { useInstance } from '../../ui/instance';
import { LinkTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { ReadOnly } from '../team/ReadOnly';
import { StartForm } from './StartForm';
import { startWords as words } from './words';

export function BrowserScreen() {
  const { agent_name: agent } = useInstance();
  const works = useRight('start_work');
  const query = useQuery(browserQuery);
  return (
    <Page title={words.title} width="narrow">
      <Text c="dimmed">
        {words.lead(agent)}{' '}
        <LinkTo to="/help/$article" params={{ article: 'browser' }} underline="always">
          {words.more}
        </LinkTo>
        {' · '}
        <LinkTo to="/runs" search={{ kind: 'browser' }} underline="always">
          {words.earlier}
        </LinkTo>
      </Text>
      <Remote query={query} what={words.status} skeleton={<SkeletonLines count={7} />}>
        {(status) => (
          <>
            {status.ready ? null : <NotReady detail={status.detail} />}
            <Section title={words.form}>
              {works ? <StartForm status={status} /> : <ReadOnly to="browse" />}
            </Section>
          </>
        )}
      </Remote>
    </Page>
  );
}

function NotReady({ detail }: { detail: string | null }) {
  return (
    <Alert
      color="orange"
      icon={<IconPlugConnectedX aria-hidden />}
      title={words.notReady}
      data-testid="browser-not-ready"
    >
      {detail === null ? null : <Text size="sm">{detail}</Text>}
    </Alert>
  );
}
