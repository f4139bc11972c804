/** Joining an organization by the link a teammate sent. */
import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type InvitationPreview, lookUpInvitation, signUp } from '../../api/gen';
import { call } from '../../api/problem';
import { useServerForm } from '../../ui/form';
import { ButtonTo } from '../../ui/LinkTo';
import { Failure, SkeletonLines } from '../../ui/Remote';
import { AuthFrame } from './AuthFrame';
import { tokenInFragment, useEnter } from './enter';
import { AccountFields } from './fields';
import { words } from './words';

export function JoinScreen() {
  const token = tokenInFragment(window.location.hash);
  const look = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => call(lookUpInvitation({ body: { token } })),
    enabled: token !== '',
    retry: false,
  });
  if (token === '' || look.error) {
    return (
      <AuthFrame title={words.join.title('a team')}>
        <Failure text={token === '' ? words.join.missing : words.join.gone} error={look.error} />
        <ButtonTo to="/login" variant="default" size="md">
          {words.join.toLogin}
        </ButtonTo>
      </AuthFrame>
    );
  }
  if (!look.data) {
    return (
      <AuthFrame title={words.join.title('your team')} lead={words.loading}>
        <SkeletonLines count={6} />
      </AuthFrame>
    );
  }
  return <JoinForm token={token} preview={look.data} />;
}

function JoinForm({ token, preview }: { token: string; preview: InvitationPreview }) {
  const enter = useEnter();
  const { form, onSubmit, busy, failure } = useServerForm(
    { name: '', email: '', password: '' },
    async (values) => enter(await call(signUp({ body: { ...values, invitation: token } }))),
  );
  return (
    <AuthFrame
      title={words.join.title(preview.organization_name)}
      lead={words.join.lead(preview.invited_by)}
    >
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={words.failed} error={failure} /> : null}
          <AccountFields form={form} />
          <Button type="submit" size="md" loading={busy} fullWidth mt={4}>
            {words.join.submit}
          </Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
