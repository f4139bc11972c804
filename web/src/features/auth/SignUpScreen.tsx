/** Open sign-up: shown only while the operator allows it. */
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { signUp } from '../../api/gen';
import { call } from '../../api/problem';
import { browserZone } from '../../ui/dates';
import { useServerForm } from '../../ui/form';
import { LinkTo } from '../../ui/LinkTo';
import { Failure } from '../../ui/Remote';
import { AuthFrame } from './AuthFrame';
import { useEnter } from './enter';
import { AccountFields } from './fields';
import { words } from './words';

export function SignUpScreen() {
  const enter = useEnter();
  const zone = browserZone();
  const { form, onSubmit, busy, failure } = useServerForm(
    { name: '', email: '', password: '', organization_name: '' },
    async (values) => enter(await call(signUp({ body: { ...values, zone } }))),
  );
  return (
    <AuthFrame title={words.signUp.title} lead={words.signUp.lead}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={words.failed} error={failure} /> : null}
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
          <Button type="submit" size="md" loading={busy} fullWidth mt={4}>
            {words.signUp.submit}
          </Button>
          <Text size="sm" c="dimmed">
            {words.signUp.have} <LinkTo to="/login">{words.logIn.title}</LinkTo>
          </Text>
        </Stack>
      </form>
    </AuthFrame>
  );
}
