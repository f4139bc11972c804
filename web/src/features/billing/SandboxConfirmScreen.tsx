/** The built-in stand-in for a bank's page: is this payment yours? */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { confirmSandboxPayment, type SandboxPayment } from '../../api/gen';
import { call } from '../../api/problem';
import { sandboxPaymentQuery } from '../../api/queries';
import { formatMoney } from '../../credits/amount';
import { announce } from '../../ui/announce';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { bankWords as words, checkoutWords } from './sandbox-words';

export function SandboxConfirmScreen() {
  const { paymentId } = useParams({ from: '/app/sandbox/confirm/$paymentId' });
  const payment = useQuery(sandboxPaymentQuery(paymentId));
  return (
    <Page title={words.title} width="narrow">
      <Text c="dimmed">{words.lead}</Text>
      <Remote query={payment} what={words.what}>
        {(data) => <Question payment={data} />}
      </Remote>
    </Page>
  );
}

function Question({ payment }: { payment: SandboxPayment }) {
  const waits = payment.status === 'needs_confirmation';
  return (
    <Section title={waits ? words.question : words.done}>
      <Stack gap="lg">
        <Facts
          facts={[
            { name: words.item, value: payment.text },
            { name: words.amount, value: formatMoney(payment.amount), strong: true },
          ]}
        />
        {waits ? (
          <Answers payment={payment} />
        ) : (
          <Group>
            <ButtonTo to="/billing" search={{}}>
              {checkoutWords.back}
            </ButtonTo>
          </Group>
        )}
      </Stack>
    </Section>
  );
}

function Answers({ payment: { id, checkout_id: checkout } }: { payment: SandboxPayment }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const answer = useMutation({
    mutationFn: (confirm: boolean) =>
      call(confirmSandboxPayment({ path: { id }, body: { confirm } })),
    onSuccess: (_, confirm) => {
      announce(confirm ? words.confirmed : words.refused);
      void queries.invalidateQueries({ queryKey: ['billing'] });
      void navigate({ to: '/billing', search: checkout === null ? {} : { checkout } });
    },
  });
  return (
    <>
      {answer.error ? <Failure text={words.failed} error={answer.error} /> : null}
      <Group>
        <Button
          loading={answer.isPending && answer.variables}
          disabled={answer.isPending}
          onClick={() => answer.mutate(true)}
        >
          {words.yes}
        </Button>
        <Button
          variant="default"
          loading={answer.isPending && !answer.variables}
          disabled={answer.isPending}
          onClick={() => answer.mutate(false)}
        >
          {words.no}
        </Button>
      </Group>
    </>
  );
}
