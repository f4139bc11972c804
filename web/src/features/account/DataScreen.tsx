/** What people take with them, and the way out: their own, and the owner's of the organization. */
import { Stack, Text } from '@mantine/core';
import { exportAccount, exportOrganization } from '../../api/gen';
import { LinkTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { DeleteAccount } from './DeleteAccount';
import { DeleteOrganization } from './DeleteOrganization';
import { DownloadButton } from './DownloadButton';
import { mineWords, oursWords, words } from './words';

const mine = (signal: AbortSignal) => exportAccount({ signal, parseAs: 'stream' });
const ours = (signal: AbortSignal) => exportOrganization({ signal, parseAs: 'stream' });

export function DataScreen() {
  const owns = useRight('own');
  return (
    <Page title={words.title} width="narrow">
      <LinkTo to="/settings" size="sm">
        {words.back}
      </LinkTo>
      <Section title={mineWords.title}>
        <Stack gap="md">
          <Text size="sm">{mineWords.text}</Text>
          <Text size="sm" c="dimmed">
            {mineWords.shared}
          </Text>
          <DownloadButton label={mineWords.download} ask={mine} usual={mineWords.file} />
        </Stack>
      </Section>
      {owns ? (
        <Section title={oursWords.title}>
          <Stack gap="md">
            <Text size="sm">{oursWords.text}</Text>
            <Text size="sm" c="dimmed">
              {oursWords.private}
            </Text>
            <DownloadButton label={oursWords.download} ask={ours} usual={oursWords.file} />
          </Stack>
        </Section>
      ) : null}
      {owns ? <DeleteOrganization /> : null}
      <DeleteAccount />
    </Page>
  );
}
