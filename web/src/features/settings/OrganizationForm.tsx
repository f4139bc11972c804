/** Name and zone of the organization; who has the right changes them, everybody sees them. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { updateOrganization } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Facts } from '../../ui/Facts';
import { useServerForm } from '../../ui/form';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { words as data } from '../account/words';
import { words } from './words';

export function OrganizationForm() {
  const { organization } = useMe();
  if (useRight('profile')) return <Form />;
  return (
    <Section title={words.organization} description={words.onlyOwner}>
      <Facts
        facts={[
          { name: words.name, value: organization.name },
          { name: words.zone, value: organization.zone },
        ]}
      />
    </Section>
  );
}

function zones(current: string): string[] {
  const all = new Set(Intl.supportedValuesOf('timeZone'));
  all.add('UTC');
  all.add(current);
  return [...all].toSorted();
}

function Form() {
  const { organization } = useMe();
  const owns = useRight('own');
  const queries = useQueryClient();
  const { form, onSubmit, busy, failure, saved } = useServerForm(
    { name: organization.name, zone: organization.zone },
    async (values, fields) => {
      await call(updateOrganization({ body: values }));
      await queries.invalidateQueries({ queryKey: ['me'] });
      fields.resetDirty(values);
      announce(words.saved);
    },
  );
  return (
    <Section title={words.organization} description={words.organizationLead}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={words.failed} error={failure} /> : null}
          <TextInput
            label={words.name}
            required
            withAsterisk={false}
            maxLength={100}
            {...form.getInputProps('name')}
          />
          <NativeSelect
            label={words.zone}
            data={zones(organization.zone)}
            {...form.getInputProps('zone')}
          />
          <Group gap="sm">
            <Button type="submit" loading={busy} disabled={!form.isDirty()}>
              {words.save}
            </Button>
            {saved ? (
              <Text size="sm" c="dimmed">
                {words.saved}
              </Text>
            ) : null}
          </Group>
          {owns ? (
            <LinkTo to="/settings/data" size="sm">
              {data.openOurs}
            </LinkTo>
          ) : null}
        </Stack>
      </form>
    </Section>
  );
}
