/**
 * Joining an organization by the link a teammate sent: with a new account, with an account one has,
 * or as whoever is logged in already.
 */
import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { acceptInvitation, type InvitationPreview, logOut, lookUpInvitation, type Me } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { meQuery } from '../../api/queries';
import { ButtonTo } from '../../ui/LinkTo';
import { Failure, SkeletonLines } from '../../ui/Remote';
import { AuthFrame } from './AuthFrame';
import { tokenInFragment, useEnter } from './enter';
import { JoinLogIn } from './JoinLogIn';
import { JoinSignUp } from './JoinSignUp';
import { words } from './words';

export function JoinScreen() {
  const token = tokenInFragment(window.location.hash);
  const look = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => call(lookUpInvitation({ body: { token } })),
    enabled: token !== '',
    retry: false,
  });
  const me = useQuery({ ...meQuery, retry: false, enabled: token !== '' });
  if (token === '' || look.error) {
    return (
      <AuthFrame title={words.join.title('a team')}>
        <Failure
          text={token === '' ? words.join.missing : words.join.gone}
          error={isGone(look.error) ? null : look.error}
        />
        <ButtonTo to="/login" variant="default" size="md">
          {words.join.toLogin}
        </ButtonTo>
      </AuthFrame>
    );
  }
  if (!look.data || me.isPending) {
    return (
      <AuthFrame title={words.join.title('your team')} lead={words.loading}>
        <SkeletonLines count={6} />
      </AuthFrame>
    );
  }
  return <Join token={token} preview={look.data} me={me.data ?? null} />;
}

// What the server says of an unknown link is said here for people.
const isGone = (error: Error | null) => error instanceof ApiProblem && error.status === 404;

interface JoinProps {
  token: string;
  preview: InvitationPreview;
  me: Me | null;
}

function Join({ token, preview, me }: JoinProps) {
  const queries = useQueryClient();
  const [has, setHas] = useState(false);
  const [why, setWhy] = useState<Error | null>(null);
  const refused = (who: Me, error: Error) => {
    setWhy(error);
    queries.setQueryData(meQuery.queryKey, who);
  };
  return (
    <AuthFrame
      title={words.join.title(preview.organization_name)}
      lead={words.join.lead(preview.invited_by, words.join.roles[preview.role])}
    >
      {me ? (
        <Accept token={token} organization={preview.organization_name} me={me} why={why} />
      ) : (
        <>
          {has ? (
            <JoinLogIn token={token} email={preview.email} refused={refused} />
          ) : (
            <JoinSignUp token={token} email={preview.email} />
          )}
          <Button variant="subtle" size="md" onClick={() => setHas(!has)}>
            {has ? words.join.haveNone : words.join.have}
          </Button>
        </>
      )}
    </AuthFrame>
  );
}

// The name of an organization may be long.
const wrapping = {
  root: { height: 'auto', minHeight: 42, paddingBlock: 8 },
  label: { whiteSpace: 'normal' },
} as const;

interface AcceptProps {
  token: string;
  organization: string;
  me: Me;
  /** Why they could not join when they logged in here. */
  why: Error | null;
}

function Accept({ token, organization, me, why }: AcceptProps) {
  const enter = useEnter();
  const queries = useQueryClient();
  const accept = useMutation({
    mutationFn: async () => enter(await call(acceptInvitation({ body: { token } }))),
  });
  const leave = useMutation({
    mutationFn: () => call(logOut()),
    onSuccess: () => queries.resetQueries({ queryKey: ['me'] }),
  });
  const error = accept.error ?? leave.error ?? why;
  return (
    <>
      {error ? <Failure text={words.failed} error={error} /> : null}
      <Text size="sm">{words.join.as(me.user.name, me.user.email)}</Text>
      <Button size="md" loading={accept.isPending} onClick={() => accept.mutate()} styles={wrapping}>
        {words.join.accept(organization)}
      </Button>
      <Button variant="default" size="md" loading={leave.isPending} onClick={() => leave.mutate()}>
        {words.join.other}
      </Button>
      <ButtonTo to="/" variant="subtle" size="md">
        {words.join.toApp}
      </ButtonTo>
    </>
  );
}
