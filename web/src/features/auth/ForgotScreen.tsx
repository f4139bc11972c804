/** Asks for the mail that sets a new password; the answer is the same for known and unknown addresses. */
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { forgotPassword } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { useServerForm } from '../../ui/form';
import { LinkTo } from '../../ui/LinkTo';
import { Failure } from '../../ui/Remote';
import { AuthFrame } from './AuthFrame';
import { words } from './words';

export function ForgotScreen() {
  const [answer, setAnswer] = useState<string | null>(null);
  const { form, onSubmit, busy, failure } = useServerForm({ email: '' }, async (values) => {
    const { text } = await call(forgotPassword({ body: values }));
    setAnswer(text);
    announce(text);
  });
  return (
    <AuthFrame title={words.forgot.title} lead={answer === null ? words.forgot.lead : undefined}>
      {answer === null ? (
        <form onSubmit={onSubmit}>
          <Stack gap="md">
            {failure ? <Failure text={words.failed} error={failure} /> : null}
            <TextInput
              label={words.email}
              size="md"
              type="email"
              required
              withAsterisk={false}
              autoComplete="username"
              {...form.getInputProps('email')}
            />
            <Button type="submit" size="md" loading={busy} fullWidth mt={4}>
              {words.forgot.submit}
            </Button>
          </Stack>
        </form>
      ) : (
        <Text>{answer}</Text>
      )}
      <LinkTo to="/login" size="sm">
        {words.forgot.back}
      </LinkTo>
    </AuthFrame>
  );
}
