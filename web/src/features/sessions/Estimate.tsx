/** What the message that is written would cost, asked for when typing pauses. */
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { estimate, type Quote } from '../../api/gen';
import { call } from '../../api/problem';
import { covers } from '../../credits/amount';
import { LinkTo } from '../../ui/LinkTo';
import classes from './Composer.module.css';
import { composerWords as words } from './words';
import { attachmentsOf, type Writing } from './writing';

const WAIT_MS = 400;

interface Props {
  id: string;
  writing: Writing;
  sessionId: string | undefined;
}

export function Estimate({ id, writing, sessionId }: Props) {
  const { text, model, effort } = writing;
  const [settled] = useDebouncedValue(text.trim(), WAIT_MS);
  const asked = settled !== '' && text.trim() !== '';
  const more = attachmentsOf(writing.attaching);
  const { data, error } = useQuery({
    queryKey: ['estimate', sessionId ?? '', model, effort, more.attachments ?? [], settled],
    queryFn: () =>
      call(
        estimate({
          body: {
            kind: 'message',
            text: settled,
            effort,
            ...more,
            ...(sessionId === undefined ? {} : { session_id: sessionId }),
            ...(model === '' ? {} : { model }),
          },
        }),
      ),
    enabled: asked,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  return (
    <Text id={id} size="xs" c="dimmed" className={classes.estimate} data-testid="estimate">
      {asked ? <EstimateText quote={data} failed={error !== null} /> : words.hint}
    </Text>
  );
}

function EstimateText({ quote, failed }: { quote: Quote | undefined; failed: boolean }) {
  if (failed) return words.noEstimate;
  if (!quote) return words.estimating;
  const { low, high } = quote;
  const first =
    quote.basis === 'history'
      ? words.usually(low, high)
      : `${words.range(low, high)}. ${quote.basis_text}`;
  return (
    <>
      {first} {covers(quote.hold, high) ? words.hold(quote.hold) : words.holdMore(quote.hold)}{' '}
      <LinkTo to="/help/$article" params={{ article: 'estimate' }} size="xs" underline="always">
        {words.how}
      </LinkTo>
    </>
  );
}
