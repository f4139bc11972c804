/** The operator's switches; what the environment or a file sets cannot be changed here. */
import { Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type OperatorSettings, updateOperatorSettings } from '../../api/gen';
import { call } from '../../api/problem';
import { operatorSettingsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words } from './words';

export function Installation() {
  const query = useQuery(operatorSettingsQuery);
  return (
    <Section title={words.installation} description={words.installationLead}>
      <Remote query={query} what={words.settingsWhat}>
        {(settings) => <SignUp settings={settings} />}
      </Remote>
    </Section>
  );
}

function SignUp({ settings }: { settings: OperatorSettings }) {
  const queries = useQueryClient();
  const { value, source } = settings.sign_up_open;
  const fixed = source === 'environment' || source === 'file';
  const change = useMutation({
    mutationFn: (open: boolean) => call(updateOperatorSettings({ body: { sign_up_open: open } })),
    onSuccess: (next) => {
      queries.setQueryData(operatorSettingsQuery.queryKey, next);
      void queries.invalidateQueries({ queryKey: ['instance'] });
      announce(words.saved);
    },
  });
  return (
    <>
      {change.error ? <Failure text={words.failed} error={change.error} /> : null}
      <Switch
        size="md"
        label={words.signUp}
        description={words.signUpHint}
        checked={change.isPending ? change.variables : value}
        disabled={fixed || change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {fixed ? (
        <Text size="sm" c="dimmed" mt="sm">
          {words.fixed(words.sources[source] ?? source)}
        </Text>
      ) : null}
    </>
  );
}
