/** Log-in by email and password; afterwards back to where one was. */
import { Button, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { logIn } from '../../api/gen';
import { call } from '../../api/problem';
import { useServerForm } from '../../ui/form';
import { useInstance } from '../../ui/instance';
import { LinkTo } from '../../ui/LinkTo';
import { Failure } from '../../ui/Remote';
import { belongsNowhere, DeleteFromOutside, Goodbye } from '../account/AfterDeletion';
import { AuthFrame } from './AuthFrame';
import { safeReturn, useEnter } from './enter';
import { LogInFields } from './fields';
import { words } from './words';

export function LogInScreen() {
  const enter = useEnter();
  const { return: back, deleted } = useSearch({ from: '/login' });
  const { product_name: product, sign_up_open: open } = useInstance();
  const { form, onSubmit, busy, failure } = useServerForm(
    { email: '', password: '' },
    async (values) => enter(await call(logIn({ body: values })), safeReturn(back)),
  );
  return (
    <AuthFrame title={words.logIn.title} lead={words.logIn.lead(product)}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {deleted && !failure ? <Goodbye deleted={deleted} /> : null}
          {failure ? <Failure text={words.failed} error={failure} /> : null}
          {belongsNowhere(failure) ? <DeleteFromOutside {...form.getValues()} /> : null}
          <LogInFields form={form} />
          <Button type="submit" size="md" loading={busy} fullWidth mt={4}>
            {words.logIn.submit}
          </Button>
          {open ? (
            <Text size="sm" c="dimmed">
              {words.logIn.noAccount} <LinkTo to="/sign-up">{words.logIn.create}</LinkTo>
            </Text>
          ) : (
            <Text size="sm" c="dimmed">
              {words.logIn.invited}
            </Text>
          )}
          <LinkTo to="/forgot" size="sm">
            {words.logIn.forgot}
          </LinkTo>
        </Stack>
      </form>
    </AuthFrame>
  );
}
