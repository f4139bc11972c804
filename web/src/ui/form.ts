/**
 * Sending a form: the server is the validator. Its field errors land on the fields and
 * the first bad one gets the focus; any other failure is shown at the form's head.
 */
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { fieldErrors } from '../api/problem';

interface ServerForm<Values> {
  form: UseFormReturnType<Values>;
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void;
  busy: boolean;
  /** A failure that belongs to no field. */
  failure: Error | null;
  saved: boolean;
}

export function useServerForm<Values extends Record<string, unknown>>(
  initialValues: Values,
  send: (values: Values, form: UseFormReturnType<Values>) => Promise<unknown>,
): ServerForm<Values> {
  const form = useForm<Values>({ initialValues });
  const fields = Object.keys(initialValues);
  const mutation = useMutation({
    mutationFn: (values: Values) => send(values, form),
    onError: (error) => {
      const errors = fieldErrors(error, fields);
      form.setErrors(errors);
      const first = fields.find((field) => field in errors);
      if (first) form.getInputNode(first)?.focus();
    },
  });
  const atFields = mutation.error ? Object.keys(fieldErrors(mutation.error, fields)).length > 0 : false;
  return {
    form,
    onSubmit: form.onSubmit((values) => {
      form.clearErrors();
      mutation.mutate(values);
    }) as ServerForm<Values>['onSubmit'],
    busy: mutation.isPending,
    failure: atFields ? null : mutation.error,
    saved: mutation.isSuccess && !form.isDirty(),
  };
}
