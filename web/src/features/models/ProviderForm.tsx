/** Connecting a provider: try it first, then save. The key goes in and never comes out. */
import {
  Alert,
  Button,
  Group,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type ModelProvider,
  type ModelProviderSpeaks,
  type ModelProviderTest,
  removeModelProvider,
  type SetModelProviderRequest,
  setModelProvider,
  testModelProvider,
} from '../../api/gen';
import { call } from '../../api/problem';
import { modelProviderQuery } from '../../api/queries';
import { formatCredits } from '../../credits/amount';
import { announce } from '../../ui/announce';
import { useServerForm } from '../../ui/form';
import { Failure } from '../../ui/Remote';
import { words as settings } from '../settings/words';
import { words } from './words';

export type ProviderValues = {
  kind: ModelProviderSpeaks;
  base_url: string;
  api_key: string;
  model: string;
  name: string;
  input_credits_per_thousand: string;
  output_credits_per_thousand: string;
};

/** Where the inventors of each interface serve it. */
const addresses: Record<ModelProviderSpeaks, string> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
};
const kinds = Object.keys(addresses) as ModelProviderSpeaks[];

/** The address after a change of kind: one that somebody typed stays. */
export function addressFor(kind: ModelProviderSpeaks, address: string): string {
  const typed = address.trim();
  const ours = typed === '' || Object.values(addresses).includes(typed);
  return ours ? addresses[kind] : address;
}

/** Empty fields are left out: the server keeps the stored key and its default rates. */
export function providerRequest(values: ProviderValues): SetModelProviderRequest {
  const request: SetModelProviderRequest = {
    kind: values.kind,
    base_url: values.base_url.trim(),
    model: values.model.trim(),
  };
  if (values.api_key !== '') request.api_key = values.api_key;
  if (values.name.trim() !== '') request.name = values.name.trim();
  const { input_credits_per_thousand: input, output_credits_per_thousand: output } = values;
  if (input.trim() !== '') request.input_credits_per_thousand = input.trim();
  if (output.trim() !== '') request.output_credits_per_thousand = output.trim();
  return request;
}

export function ProviderForm({ provider }: { provider: ModelProvider }) {
  const queries = useQueryClient();
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: modelProviderQuery.queryKey });
    await queries.invalidateQueries({ queryKey: ['models'] });
    await queries.invalidateQueries({ queryKey: ['rate-card'] });
  };
  const { form, onSubmit, busy, failure, saved } = useServerForm<ProviderValues>(
    {
      kind: provider.kind ?? 'openai',
      base_url: provider.base_url ?? '',
      api_key: '',
      model: provider.model ?? '',
      name: provider.name ?? '',
      input_credits_per_thousand: provider.input_credits_per_thousand ?? '',
      output_credits_per_thousand: provider.output_credits_per_thousand ?? '',
    },
    async (values, fields) => {
      await call(setModelProvider({ body: providerRequest(values) }));
      fields.setFieldValue('api_key', '');
      fields.resetDirty({ ...values, api_key: '' });
      await refresh();
      announce(words.saved);
    },
  );
  const test = useTest();
  const fixed = provider.source === 'environment' || provider.source === 'file';
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="md">
        {failure ? <Failure text={words.failed} error={failure} /> : null}
        {fixed ? (
          <Text size="sm">{words.fixed(settings.sources[provider.source] ?? provider.source)}</Text>
        ) : null}
        <Fields form={form} keySet={provider.key_set} fixed={fixed} />
        {test.error ? <Failure text={words.testFailed} error={test.error} /> : null}
        {test.data ? <TestResult result={test.data} /> : null}
        <Group gap="sm">
          {fixed ? null : (
            <Button type="submit" loading={busy}>
              {words.save}
            </Button>
          )}
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate(form.getValues())}>
            {words.test}
          </Button>
          {provider.configured && !fixed ? <Disconnect done={refresh} /> : null}
          {saved ? <Text size="sm">{words.saved}</Text> : null}
        </Group>
      </Stack>
    </form>
  );
}

interface FieldsProps {
  form: ReturnType<typeof useServerForm<ProviderValues>>['form'];
  keySet: boolean;
  fixed: boolean;
}

function Fields({ form, keySet, fixed }: FieldsProps) {
  const input = (name: keyof ProviderValues) => ({
    disabled: fixed,
    autoComplete: 'off',
    ...form.getInputProps(name),
  });
  const { kind } = form.getValues();
  const speak = (value: ModelProviderSpeaks) => {
    form.setFieldValue('base_url', addressFor(value, form.getValues().base_url));
    form.setFieldValue('kind', value);
  };
  return (
    <>
      <NativeSelect
        label={words.kind}
        description={words.kindHints[kind]}
        data={kinds.map((value) => ({ value, label: words.kinds[value] }))}
        {...input('kind')}
        onChange={({ currentTarget }) => speak(currentTarget.value as ModelProviderSpeaks)}
      />
      <TextInput
        label={words.baseUrl}
        description={words.baseUrlHints[kind]}
        required
        withAsterisk={false}
        inputMode="url"
        {...input('base_url')}
      />
      <PasswordInput
        label={words.apiKey}
        description={keySet ? words.apiKeyKept : words.apiKeyHint}
        {...input('api_key')}
        autoComplete="new-password"
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={words.model}
          description={words.modelHint}
          required
          withAsterisk={false}
          {...input('model')}
        />
        <TextInput label={words.shown} description={words.shownHint} {...input('name')} />
        <TextInput
          label={words.inputRate}
          description={words.rateHint}
          inputMode="decimal"
          {...input('input_credits_per_thousand')}
        />
        <TextInput
          label={words.outputRate}
          description={words.rateHint}
          inputMode="decimal"
          {...input('output_credits_per_thousand')}
        />
      </SimpleGrid>
    </>
  );
}

function useTest() {
  return useMutation({
    mutationFn: (values: ProviderValues) => call(testModelProvider({ body: providerRequest(values) })),
    onSuccess: ({ ok }) => announce(ok ? words.testOk : words.testFailed),
  });
}

function TestResult({ result }: { result: ModelProviderTest }) {
  const { ok, detail, input_tokens: input, output_tokens: output, milliseconds } = result;
  return (
    <Alert
      w="100%"
      color={ok ? 'green' : 'red'}
      icon={ok ? <IconCircleCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={ok ? words.testOk : words.testFailed}
      data-testid="provider-test"
    >
      <Text size="sm">{detail}</Text>
      {ok ? (
        <Text size="sm">
          {words.testFacts(
            formatCredits(input?.toString()),
            formatCredits(output?.toString()),
            milliseconds,
          )}
        </Text>
      ) : null}
    </Alert>
  );
}

function Disconnect({ done }: { done: () => Promise<void> }) {
  const remove = useMutation({
    mutationFn: () => call(removeModelProvider()),
    onSuccess: async () => {
      await done();
      announce(words.removed);
    },
  });
  return (
    <>
      <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
        {words.remove}
      </Button>
      {remove.error ? <Failure text={words.failed} error={remove.error} /> : null}
    </>
  );
}
