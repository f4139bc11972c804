/** Background AI work: its allowance, what it makes, and what happens when the allowance is used up. */
import { Group, Radio, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type BackgroundChoice, type BackgroundUsage, setBackground } from '../../api/gen';
import { call } from '../../api/problem';
import { backgroundQuery } from '../../api/queries';
import { barPercent, creditsText, formatCredits, isZero } from '../../credits/amount';
import { announce } from '../../ui/announce';
import { Bar } from '../../ui/Bars';
import { useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { LinkTo } from '../../ui/LinkTo';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { WhoMay } from '../team/whom';
import { backgroundWords as words } from './background-words';
import classes from './Usage.module.css';

export function Background() {
  const query = useQuery(backgroundQuery);
  return (
    <Section title={words.title} description={words.lead}>
      <Remote query={query} what={words.title}>
        {(usage) => (
          <div className={classes.split}>
            <Allowance usage={usage} />
            <Choice usage={usage} />
          </div>
        )}
      </Remote>
    </Section>
  );
}

function Allowance({ usage }: { usage: BackgroundUsage }) {
  const dates = useDates();
  const { allowance, used, left, period_ends_at: end, settings, waiting } = usage;
  const draws = settings.when_used_up === 'draw';
  return (
    <div>
      {isZero(allowance) ? (
        <Text size="sm" c="dimmed">
          {words.noAllowance}
        </Text>
      ) : (
        <>
          <p className={classes.big} data-testid="background-left">
            {words.left(left)}
          </p>
          <Bar percent={barPercent(used, allowance)} />
          <Group justify="space-between" gap="xs" mt={8}>
            <Text size="sm">{words.usedOf(used, allowance)}</Text>
            <Text size="sm" c="dimmed">
              {end ? words.until(dates.day(end)) : null}
            </Text>
          </Group>
        </>
      )}
      <Text size="sm" my={12}>
        {draws ? words.drawsNow : words.waitsNow}
      </Text>
      <Facts
        facts={[
          {
            name: words.runs,
            value: (
              <LinkTo to="/runs" search={{ kind: 'background' }}>
                {words.count(usage.runs)}
              </LinkTo>
            ),
          },
          { name: words.fromPool, value: creditsText(usage.credits_from_pool) },
          { name: words.waiting, value: formatCredits(String(waiting)) },
        ]}
      />
    </div>
  );
}

const pieces = ['titles', 'follow_ups', 'summaries'] as const;

function Choice({ usage }: { usage: BackgroundUsage }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (body: BackgroundChoice) => call(setBackground({ body })),
    onSuccess: (next) => {
      queries.setQueryData(backgroundQuery.queryKey, next);
      announce(words.saved);
    },
  });
  const shown = change.isPending ? change.variables : usage.settings;
  const closed = !usage.can_edit || change.isPending;
  return (
    <Stack gap="md">
      {change.error ? <Failure text={words.failed} error={change.error} /> : null}
      {pieces.map((piece) => (
        <Switch
          key={piece}
          label={words.pieces[piece].label}
          description={words.pieces[piece].hint}
          checked={shown[piece]}
          disabled={closed}
          onChange={(event) => change.mutate({ ...shown, [piece]: event.currentTarget.checked })}
        />
      ))}
      <Radio.Group
        label={words.whenUsedUp}
        value={shown.when_used_up}
        onChange={(value) =>
          change.mutate({ ...shown, when_used_up: value === 'draw' ? 'draw' : 'wait' })
        }
      >
        <Stack gap={8} mt={8}>
          <Radio value="wait" label={words.wait} disabled={closed} />
          <Radio value="draw" label={words.draw} disabled={closed} />
        </Stack>
      </Radio.Group>
      {usage.can_edit ? null : (
        <Text size="sm" c="dimmed">
          <WhoMay right="profile" say={words.choosers} />
        </Text>
      )}
    </Stack>
  );
}
