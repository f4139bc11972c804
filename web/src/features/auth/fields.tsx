/** Inputs that the set-up, sign-up and log-in forms share. */
import { PasswordInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { words } from './words';

const SHORTEST = 8;
const ADVISED = 15;

export function passwordHint(length: number): string {
  if (length === 0) return words.passwordRule;
  if (length < SHORTEST) return words.passwordShort(SHORTEST - length);
  return length < ADVISED ? words.passwordGood : words.passwordBest;
}

type Account = { name: string; email: string; password: string };

export function AccountFields<V extends Account>({ form }: { form: UseFormReturnType<V> }) {
  const { password } = form.getValues();
  return (
    <>
      <TextInput
        label={words.name}
        size="md"
        required
        withAsterisk={false}
        autoComplete="name"
        maxLength={100}
        {...form.getInputProps('name')}
      />
      <TextInput
        label={words.email}
        size="md"
        type="email"
        required
        withAsterisk={false}
        autoComplete="email"
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label={words.password}
        description={passwordHint(password.length)}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        size="md"
        required
        withAsterisk={false}
        autoComplete="new-password"
        minLength={SHORTEST}
        {...form.getInputProps('password')}
      />
    </>
  );
}
