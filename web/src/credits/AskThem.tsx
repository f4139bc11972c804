/** “Ask them”: one message a day to those who can add credits, from whoever may not. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { askBilling, type AskResult } from '../api/gen';
import { call } from '../api/problem';
import { announce } from '../ui/announce';
import { type Dates, useDates } from '../ui/dates';
import { Failure } from '../ui/Remote';
import { allOf, words } from './words';

export function AskThem({ size = 'sm' }: { size?: 'sm' | 'md' }) {
  const dates = useDates();
  const ask = useMutation({
    mutationFn: () => call(askBilling()),
    onSuccess: (result) => announce(answer(result, dates)),
  });
  if (ask.error) return <Failure text={words.ask.failed} error={ask.error} retry={() => ask.mutate()} />;
  if (ask.data) return <Text size="sm">{answer(ask.data, dates)}</Text>;
  return (
    <Group>
      <Button size={size} variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
        {words.ask.them}
      </Button>
    </Group>
  );
}

function answer({ names, again_at: again }: AskResult, dates: Dates): string {
  return `${words.ask.asked(allOf(names))} ${words.ask.again(dates.moment(again))}`;
}
