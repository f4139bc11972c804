/** Joining with an account one has: log in, then accept. */
import { Button, Stack } from '@mantine/core';
import { acceptInvitation, logIn, type Me } from '../../api/gen';
import { call } from '../../api/problem';
import { useServerForm } from '../../ui/form';
import { Failure } from '../../ui/Remote';
import { useEnter } from './enter';
import { LogInFields } from './fields';
import { words } from './words';

interface Props {
  token: string;
  /** Whom the invitation is for; null: whoever has the link. */
  email: string | null;
  /** Logged in, but they cannot join. */
  refused: (me: Me, why: Error) => void;
}

export function JoinLogIn({ token, email, refused }: Props) {
  const enter = useEnter();
  const { form, onSubmit, busy, failure } = useServerForm(
    { email: email ?? '', password: '' },
    async (values) => {
      const me = await call(logIn({ body: values }));
      try {
        await enter(await call(acceptInvitation({ body: { token } })));
      } catch (why) {
        // Logged in all the same: the page goes on as that person.
        refused(me, why instanceof Error ? why : new Error(String(why)));
      }
    },
  );
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="md">
        {failure ? <Failure text={words.failed} error={failure} /> : null}
        <LogInFields form={form} locked={email !== null} />
        <Button type="submit" size="md" loading={busy} fullWidth mt={4}>
          {words.join.logInSubmit}
        </Button>
      </Stack>
    </form>
  );
}
