/** A plan as it is offered: its price, what it holds, and what choosing it would be. */
import { Badge, Button, Text, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useId } from 'react';
import type { Cadence, Plan } from '../../api/gen';
import { creditsText, formatMoney } from '../../credits/amount';
import { Facts } from '../../ui/Facts';
import classes from './Plans.module.css';
import { words } from './words';

interface Props {
  plan: Plan;
  cadence: Cadence;
  /** May this person change the plan? */
  mayChoose: boolean;
  choose: (plan: Plan) => void;
}

export function PlanCard({ plan, cadence, mayChoose, choose }: Props) {
  const id = useId();
  const price = cadence === 'annual' ? plan.annual : plan.monthly;
  const credits =
    cadence === 'annual'
      ? words.annualCredits(plan.annual_credits, plan.credits)
      : words.monthlyCredits(plan.credits);
  return (
    <section className={classes.card} aria-labelledby={id} data-current={plan.current || undefined}>
      <div className={classes.head}>
        <Title order={2} id={id} className={classes.name}>
          {plan.name}
        </Title>
        {plan.current ? (
          <Badge color="indigo" leftSection={<IconCheck size={13} aria-hidden />}>
            {words.current}
          </Badge>
        ) : null}
      </div>
      <Text size="sm" c="dimmed">
        {plan.text}
      </Text>
      <p className={classes.price}>
        <strong>{formatMoney(price)}</strong> <span>{words.per[cadence]}</span>
      </p>
      <Text size="sm" fw={600} className={classes.credits}>
        {credits}
      </Text>
      <Facts
        facts={[
          { name: words.facts.people, value: plan.people.toLocaleString('en-US') },
          { name: words.facts.schedules, value: plan.schedules.toLocaleString('en-US') },
          { name: words.facts.runs, value: plan.parallel_runs.toLocaleString('en-US') },
          { name: words.facts.background, value: words.backgroundEach(plan.background_credits), word: true },
          { name: words.facts.overdraft, value: creditsText(plan.overdraft), word: true },
        ]}
      />
      {mayChoose ? <Choose plan={plan} cadence={cadence} choose={choose} /> : null}
    </section>
  );
}

function Choose({ plan, cadence, choose }: Omit<Props, 'mayChoose'>) {
  const scenario = plan.scenarios[cadence];
  const own = plan.current ? words.switch[scenario] : undefined;
  const label = own ?? words.choose[scenario]?.(plan.name);
  if (label === undefined) {
    return (
      <Text size="sm" c="dimmed" className={classes.choose}>
        {scenario === 'current' ? words.current : words.unavailable}
      </Text>
    );
  }
  return (
    <Button
      className={classes.choose}
      variant={scenario === 'downgrade' || scenario === 'to_monthly' ? 'default' : 'filled'}
      onClick={() => choose(plan)}
    >
      {label}
    </Button>
  );
}
