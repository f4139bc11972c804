/** First run: one account that operates the installation and owns the first organization. */
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { setUp } from '../../api/gen';
import { call } from '../../api/problem';
import { browserZone } from '../../ui/dates';
import { useServerForm } from '../../ui/form';
import { Failure } from '../../ui/Remote';
import { AuthFrame } from './AuthFrame';
import { tokenInFragment, useEnter } from './enter';
import { AccountFields } from './fields';
import { words } from './words';

export function SetupScreen() {
  const enter = useEnter();
  const linked = tokenInFragment(window.location.hash);
  const zone = browserZone();
  const initial = { token: linked, name: '', email: '', password: '', organization_name: '' };
  const { form, onSubmit, busy, failure } = useServerForm(initial, async (values) =>
    enter(await call(setUp({ body: { ...values, zone } }))),
  );
  return (
    <AuthFrame title={words.setup.title} lead={words.setup.lead}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={words.failed} error={failure} /> : null}
          {linked === '' || form.errors['token'] ? (
            <TextInput
              label={words.setup.token}
              description={words.setup.tokenHint}
              size="md"
              required
              withAsterisk={false}
              autoComplete="off"
              {...form.getInputProps('token')}
            />
          ) : null}
          <AccountFields form={form} />
          <TextInput
            label={words.organization}
            size="md"
            required
            withAsterisk={false}
            autoComplete="organization"
            maxLength={100}
            {...form.getInputProps('organization_name')}
          />
          <Text size="sm" c="dimmed">
            {words.zone(zone)}
          </Text>
          <Button type="submit" size="md" loading={busy} fullWidth>
            {words.setup.submit}
          </Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
