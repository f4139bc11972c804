/** The four numbers of the pool, as the server sent them, with what belongs to each. */
import { Text } from '@mantine/core';
import type { Balance } from '../api/gen';
import { type Dates, useDates } from '../ui/dates';
import { type Fact, Facts } from '../ui/Facts';
import { formatCredits, formatShort, isZero } from './amount';
import { words } from './words';

export function BalanceFacts({ balance }: { balance: Balance }) {
  const dates = useDates();
  const { display } = balance;
  const none = isZero(balance.included_granted);
  const includedText = none
    ? formatCredits(display.included)
    : words.includedOf(formatCredits(display.included), formatShort(balance.included_granted));
  return (
    <div data-testid="balance-facts" data-position={balance.position}>
      <Facts
        facts={[
          { name: words.total, value: formatCredits(display.total) },
          { name: words.included, value: <Noted text={includedText} note={includedNote(balance, dates)} /> },
          {
            name: words.purchased,
            value: (
              <Noted text={formatCredits(display.purchased)} note={expiryNote(balance, 'purchased', dates)} />
            ),
          },
          { name: words.held, value: formatCredits(display.held) },
          { name: words.available, value: formatCredits(display.available), strong: true },
          aside(words.outstanding, balance.outstanding),
          aside(words.lockedCredits, balance.locked, lockedNote(balance, dates)),
          aside(words.frozenCredits, balance.frozen),
        ]}
      />
    </div>
  );
}

// Outside the four numbers, and told only where there is something to tell.
function aside(name: string, amount: string, note: string | null = null): Fact | null {
  if (isZero(amount)) return null;
  return { name, value: <Noted text={formatShort(amount)} note={note} /> };
}

function Noted({ text, note }: { text: string; note: string | null }) {
  return (
    <>
      {text}
      {note === null ? null : (
        <Text span display="block" size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </>
  );
}

function includedNote(balance: Balance, dates: Dates): string | null {
  if (balance.next_refresh_at) return words.refreshOn(dates.day(balance.next_refresh_at));
  if (balance.period && !isZero(balance.included)) return words.until(dates.day(balance.period.ends_at));
  return null;
}

function expiryNote(balance: Balance, of: 'included' | 'purchased', dates: Dates): string | null {
  const next = balance.next_expiry;
  if (!next || next.class !== of) return null;
  return words.firstToExpire(formatShort(next.credits), dates.day(next.at));
}

function lockedNote(balance: Balance, dates: Dates): string | null {
  const next = balance.locked_next_expiry;
  return next ? words.firstToExpire(formatShort(next.credits), dates.day(next.at)) : null;
}
