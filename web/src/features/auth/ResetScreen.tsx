/** Sets a new password by the link of the mail. */
import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { resetPassword } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { useServerForm } from '../../ui/form';
import { ButtonTo } from '../../ui/LinkTo';
import { Failure } from '../../ui/Remote';
import { AuthFrame } from './AuthFrame';
import { tokenInFragment } from './enter';
import { NewPassword } from './fields';
import { words } from './words';

export function ResetScreen() {
  // The address may lose it; the page keeps it while it is open.
  const [token] = useState(() => tokenInFragment(window.location.hash));
  const [done, setDone] = useState(false);
  const { form, onSubmit, busy, failure } = useServerForm({ password: '' }, async (values) => {
    await call(resetPassword({ body: { token, ...values } }));
    setDone(true);
    announce(words.reset.done);
  });
  const gone = failure instanceof ApiProblem && failure.status === 410;
  if (done) {
    return (
      <AuthFrame title={words.reset.title}>
        <Text>{words.reset.done}</Text>
        <ButtonTo to="/login" size="md">
          {words.reset.toLogin}
        </ButtonTo>
      </AuthFrame>
    );
  }
  if (token === '' || gone) {
    return (
      <AuthFrame title={words.reset.title}>
        <Failure text={gone ? words.reset.gone : words.reset.missing} error={failure} />
        <ButtonTo to="/forgot" size="md" variant="default">
          {words.reset.again}
        </ButtonTo>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={words.reset.title} lead={words.reset.lead}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={words.failed} error={failure} /> : null}
          <NewPassword
            label={words.reset.password}
            length={form.getValues().password.length}
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={busy} fullWidth>
            {words.reset.submit}
          </Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
