/** The organization, one's own logins, the look, and the operator's switches. */
import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { Facts } from '../../ui/Facts';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { Installation } from './Installation';
import { Logins } from './Logins';
import { OrganizationForm } from './OrganizationForm';
import { words } from './words';

export function SettingsScreen() {
  const { user } = useMe();
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
      </Section>
      <Logins />
      {user.operator ? <Installation /> : null}
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
