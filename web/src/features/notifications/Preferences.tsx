/** What this person is told of, and how; what nobody may miss is fixed, and the reason is told. */
import { Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type NotificationPreference,
  type NotificationPreferences,
  setNotificationPreferences,
} from '../../api/gen';
import { call } from '../../api/problem';
import { notificationPreferencesQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { type Column, DataTable } from '../../ui/DataTable';
import { Padded } from '../../ui/Padded';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { choiceWords as words, words as shared } from './words';

export function Preferences() {
  const query = useQuery(notificationPreferencesQuery);
  return (
    <div id="notifications">
      <Section title={words.title} description={words.lead} flush>
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {(preferences) => <Choices preferences={preferences} />}
        </Remote>
      </Section>
    </div>
  );
}

type Choose = (changed: NotificationPreference) => void;

function Choices({ preferences }: { preferences: NotificationPreferences }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: ({ kind, in_app, email }: NotificationPreference) =>
      call(setNotificationPreferences({ body: { data: [{ kind, in_app, email }] } })),
    onSuccess: (next) => {
      queries.setQueryData(notificationPreferencesQuery.queryKey, next);
      announce(words.saved);
    },
  });
  // What is on its way to the server is shown already.
  const asked = change.isPending ? change.variables : null;
  const rows = preferences.data.map((one) => (one.kind === asked?.kind ? asked : one));
  return (
    <>
      {change.error ? <Failure text={shared.failed} error={change.error} /> : null}
      <DataTable
        caption={words.title}
        columns={columns(change.mutate, change.isPending)}
        rows={rows}
        rowKey={({ kind }) => kind}
      />
      <Text size="sm" c="dimmed" px={24} py={12}>
        {words.why}
        {preferences.mail ? '' : ` ${words.noMail}`}
      </Text>
    </>
  );
}

function columns(choose: Choose, busy: boolean): Column<NotificationPreference>[] {
  return [
    { label: words.columns.kind, main: true, cell: ({ title }) => title },
    {
      label: words.columns.app,
      cell: (one) =>
        one.in_app_fixed ? (
          words.always
        ) : (
          <Switch
            aria-label={words.appOf(one.title)}
            checked={one.in_app}
            disabled={busy}
            onChange={(event) => choose({ ...one, in_app: event.currentTarget.checked })}
          />
        ),
    },
    {
      label: words.columns.email,
      cell: (one) =>
        one.email_fixed ? (
          words.always
        ) : (
          <Switch
            aria-label={words.emailOf(one.title)}
            checked={one.email}
            disabled={busy}
            onChange={(event) => choose({ ...one, email: event.currentTarget.checked })}
          />
        ),
    },
  ];
}
