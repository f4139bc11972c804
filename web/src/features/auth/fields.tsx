/** Inputs that the set-up, sign-up and log-in forms share. */
import { PasswordInput, type PasswordInputProps, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { words } from './words';

const SHORTEST = 8;
const ADVISED = 15;

export function passwordHint(length: number): string {
  if (length === 0) return words.passwordRule;
  if (length < SHORTEST) return words.passwordShort(SHORTEST - length);
  return length < ADVISED ? words.passwordGood : words.passwordBest;
}

export function lockedLook(locked: boolean) {
  return locked ? { readOnly: true, description: words.join.locked } : {};
}

/** A password that is being chosen: its rule is told while it is typed; pasting is fine. */
export function NewPassword({ length, ...field }: PasswordInputProps & { length: number }) {
  return (
    <PasswordInput
      description={passwordHint(length)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      size="md"
      required
      withAsterisk={false}
      autoComplete="new-password"
      minLength={SHORTEST}
      {...field}
    />
  );
}

type LogIn = { email: string; password: string };

export function LogInFields<V extends LogIn>({ form, locked = false }: Props<V>) {
  return (
    <>
      <TextInput
        label={words.email}
        size="md"
        type="email"
        required
        withAsterisk={false}
        autoComplete="username"
        {...lockedLook(locked)}
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label={words.password}
        size="md"
        required
        withAsterisk={false}
        autoComplete="current-password"
        {...form.getInputProps('password')}
      />
    </>
  );
}

type Account = { name: string; email: string; password: string };

interface Props<V> {
  form: UseFormReturnType<V>;
  /** The address is given: it is for nobody else. */
  locked?: boolean;
}

export function AccountFields<V extends Account>({ form, locked = false }: Props<V>) {
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
        {...lockedLook(locked)}
        {...form.getInputProps('email')}
      />
      <NewPassword label={words.password} length={password.length} {...form.getInputProps('password')} />
    </>
  );
}
