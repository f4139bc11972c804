/** Who draws on the pool, who is invited to, and whose the organization is. */
import { Button, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { membersQuery } from '../../api/queries';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Remote } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { Invitations } from './Invitations';
import { InviteDialog } from './InviteDialog';
import { Members } from './Members';
import { Ownership } from './Ownership';
import { WhoMay } from './whom';
import { inviteWords, words } from './words';

export function TeamScreen() {
  const manages = useRight('manage_team');
  const owns = useRight('own');
  const query = useQuery(membersQuery);
  const [inviting, setInviting] = useState(false);
  return (
    <Page title={words.title} width="wide">
      <Section
        title={words.members}
        description={words.lead}
        flush
        actions={
          manages ? (
            <Button
              leftSection={<IconUserPlus size={17} aria-hidden />}
              onClick={() => setInviting(true)}
            >
              {inviteWords.invite}
            </Button>
          ) : null
        }
      >
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ data }) => (
            <>
              <Members members={data} />
              {manages ? null : <Managers />}
            </>
          )}
        </Remote>
      </Section>
      {manages ? <Invitations /> : null}
      {owns && query.data ? <Ownership members={query.data.data} /> : null}
      {inviting ? <InviteDialog close={() => setInviting(false)} /> : null}
    </Page>
  );
}

function Managers() {
  return (
    <Text size="sm" c="dimmed" px={24} py={12}>
      <WhoMay right="manage_team" say={words.askTeam} />
    </Text>
  );
}
