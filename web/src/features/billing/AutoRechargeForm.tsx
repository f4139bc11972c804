/** The settings of auto-recharge. Nothing is ticked beforehand; the monthly limit is required. */
import { Button, Checkbox, Group, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import type { AutoRecharge, BillingCard } from '../../api/gen';
import { covers, creditsText, formatMoney } from '../../credits/amount';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { atMost, type Values } from './recharge';
import { rechargeWords as words } from './recharge-words';
import { type RechargeForm, useRecharge } from './useRecharge';
import { planWords } from './words';

interface Props {
  recharge: AutoRecharge;
  /** The saved card. */
  card: BillingCard | null;
  saved: () => void;
}

export function AutoRechargeForm({ recharge, card, saved }: Props) {
  const state = useRecharge(recharge, saved);
  const { form, submit, busy, failure, wouldBuy } = state;
  return (
    <form noValidate onSubmit={submit} aria-label={words.title}>
      <Stack gap="md">
        {failure ? <Failure text={words.failed} error={failure} /> : null}
        <Switch
          size="md"
          label={words.enabled}
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        {recharge.card_broken && card ? (
          <Checkbox
            label={words.reconfirm(planWords.cardText(card))}
            {...form.getInputProps('reconfirm_card', { type: 'checkbox' })}
          />
        ) : null}
        <Amounts recharge={recharge} form={form} />
        <TextInput
          label={words.limit}
          description={words.limitHint}
          required
          inputMode="numeric"
          {...form.getInputProps('monthly_limit')}
        />
        <Most values={form.values} recharge={recharge} />
        <Group>
          <Button type="submit" loading={busy}>
            {words.save}
          </Button>
        </Group>
      </Stack>
      {wouldBuy ? <Agree wouldBuy={wouldBuy} state={state} /> : null}
    </form>
  );
}

function Amounts({ recharge, form }: { recharge: AutoRecharge; form: RechargeForm['form'] }) {
  const { thresholds, amounts } = recharge.options;
  const { threshold, amount } = form.values;
  return (
    <>
      <NativeSelect
        label={words.threshold}
        data={thresholds.map((value) => ({ value, label: creditsText(value) }))}
        {...form.getInputProps('threshold')}
      />
      <NativeSelect
        label={words.amount}
        data={amounts.map(({ credits, price }) => ({
          value: credits,
          label: words.amountChoice(credits, formatMoney(price)),
        }))}
        {...form.getInputProps('amount')}
      />
      {covers(threshold, amount) && threshold !== amount ? (
        <Text size="sm" c="dimmed">
          {words.below}
        </Text>
      ) : null}
    </>
  );
}

function Most({ values, recharge }: { values: Values; recharge: AutoRecharge }) {
  const same =
    values.amount === recharge.amount && values.monthly_limit === recharge.monthly_limit;
  const most = same ? recharge.at_most : atMost(values, recharge);
  return (
    <Text size="sm" fw={600} aria-live="polite">
      {most ? words.atMost(formatMoney(most)) : ''}
    </Text>
  );
}

// Already below the threshold: saving buys, so the purchase is agreed to like every other.
function Agree({ wouldBuy, state }: { wouldBuy: string; state: RechargeForm }) {
  return (
    <Dialog title={words.buyTitle} close={state.refuse}>
      <Stack gap="md">
        <Text size="sm">{wouldBuy}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={state.refuse} data-autofocus>
            {shared.cancel}
          </Button>
          <Button loading={state.busy} onClick={state.agree}>
            {words.saveAndBuy}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
