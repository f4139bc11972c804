/** Who has billing access: names for everybody; the owner adds and removes. */
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addBillingAdmin, type BillingAdmin, type Member, removeBillingAdmin } from '../../api/gen';
import { call } from '../../api/problem';
import { billingAdminsQuery, membersQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { useMe } from '../../ui/me';
import { Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import classes from './Billing.module.css';
import { peopleWords as words, words as billing } from './words';

export function BillingAdmins({ names }: { names: readonly string[] }) {
  const { billing_access: access } = useMe();
  const grants = useRight('grant_billing');
  return (
    <Section title={words.title} description={access ? words.lead : words.member}>
      {grants ? (
        <Kept />
      ) : (
        <ul className={classes.people}>
          {names.map((name) => (
            <Person key={name} name={name} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Person({ name, children }: { name: string; children?: React.ReactNode }) {
  return (
    <li>
      <IconUser size={17} aria-hidden />
      <span className={classes.person}>{name}</span>
      {children}
    </li>
  );
}

// What is put there, or taken away, is read from the server again.
function useGrant() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, to }: { id: string; name: string; to: boolean }) => {
      const request = { path: { id } };
      if (to) await call(addBillingAdmin(request));
      else await call(removeBillingAdmin(request));
    },
    onSuccess: async (_, { name, to }) => {
      announce(to ? words.added(name) : words.removed(name));
      await queries.invalidateQueries({ queryKey: ['billing'] });
      await queries.invalidateQueries({ queryKey: ['members'] });
    },
  });
}

function Kept() {
  const query = useQuery(billingAdminsQuery);
  const grant = useGrant();
  return (
    <Stack gap="lg">
      {grant.error ? <Failure text={billing.failed} error={grant.error} /> : null}
      <Remote query={query} what={words.what} skeleton={<SkeletonLines count={2} />}>
        {({ data }) => (
          <>
            <ul className={classes.people}>
              {data.map((one) => (
                <Person key={one.user_id} name={one.name}>
                  <Removal one={one} grant={grant} />
                </Person>
              ))}
            </ul>
            <Adding admins={data} grant={grant} />
          </>
        )}
      </Remote>
    </Stack>
  );
}

type Grant = ReturnType<typeof useGrant>;

function Removal({ one, grant }: { one: BillingAdmin; grant: Grant }) {
  if (one.role === 'owner') {
    return (
      <Text size="sm" c="dimmed">
        {words.owner}
      </Text>
    );
  }
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={words.removeOf(one.name)}
      loading={grant.isPending && grant.variables.id === one.user_id}
      onClick={() => grant.mutate({ id: one.user_id, name: one.name, to: false })}
    >
      {words.remove}
    </Button>
  );
}

function Adding({ admins, grant }: { admins: readonly BillingAdmin[]; grant: Grant }) {
  const members = useQuery(membersQuery);
  const [chosen, setChosen] = useState('');
  const others = (members.data?.data ?? []).filter(
    ({ user_id: id }) => !admins.some((one) => one.user_id === id),
  );
  if (members.data && others.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {words.everybody}
      </Text>
    );
  }
  const person = others.find(({ user_id: id }) => id === chosen);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (person) grant.mutate(toAdd(person), { onSuccess: () => setChosen('') });
      }}
    >
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label={words.add}
          required
          withAsterisk={false}
          value={chosen}
          data={[
            { value: '', label: words.choose },
            ...others.map(({ user_id: value, name }) => ({ value, label: name })),
          ]}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={grant.isPending && grant.variables.to}>
          {words.addYes}
        </Button>
      </Group>
    </form>
  );
}

const toAdd = ({ user_id: id, name }: Member) => ({ id, name, to: true });
