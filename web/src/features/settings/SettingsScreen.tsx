/** The organization, one's own logins, the look, and the operator's switches. */
import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { Facts } from '../../ui/Facts';
import { useInstance } from '../../ui/instance';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { words as data } from '../account/words';
import { words as audit } from '../audit/words';
import { SandboxClock } from '../billing/SandboxClock';
import { Preferences } from '../notifications/Preferences';
import { Installation } from './Installation';
import { Logins } from './Logins';
import { OrganizationForm } from './OrganizationForm';
import { words } from './words';

export function SettingsScreen() {
  const { user } = useMe();
  const operates = useRight('operate');
  const owns = useRight('own');
  const { sandbox_payments: sandbox } = useInstance();
  return (
    <Page title={words.title} width="narrow">
      <OrganizationForm />
      <Look />
      <Section title={words.account}>
        <Facts
          facts={[
            { name: words.name, value: user.name },
            { name: words.email, value: user.email },
          ]}
        />
        <LinkTo to="/settings/data" size="sm">
          {data.open}
        </LinkTo>
      </Section>
      <Logins />
      <Preferences />
      {owns ? (
        <Section title={audit.title} description={audit.lead}>
          <LinkTo to="/settings/audit-log">{audit.open}</LinkTo>
        </Section>
      ) : null}
      {operates ? <Installation /> : null}
      {operates && sandbox ? <SandboxClock /> : null}
    </Page>
  );
}

const schemes = ['auto', 'light', 'dark'] as const;

function Look() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={words.look} description={words.lookLead}>
      <SegmentedControl
        aria-label={words.look}
        value={colorScheme}
        data={schemes.map((value) => ({ value, label: words.schemes[value] }))}
        onChange={(value) => {
          const scheme = schemes.find((one) => one === value);
          if (scheme) setColorScheme(scheme);
        }}
      />
    </Section>
  );
}
