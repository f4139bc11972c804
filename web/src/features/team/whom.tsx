/**
 * Whom to ask: the names of those who may do something, by the rights that the server gives each
 * member. Never says what the reader may do: that is `ui/rights.ts`.
 */
import { useQuery } from '@tanstack/react-query';
import type { Member } from '../../api/gen';
import { membersQuery } from '../../api/queries';
import { anyOf } from '../../credits/words';
import type { Right } from '../../ui/rights';
import { whomWords as words } from './words';

/** Which members are meant. */
type Meant = (member: Member) => boolean;

const has = (right: Right): Meant => ({ rights }) => rights.includes(right);

interface Props {
  /** The sentence that the names stand in. */
  say: (names: string) => string;
}

// The names are asked for only where they are shown.
function Whom({ meant, say }: Props & { meant: Meant }) {
  const members = useQuery(membersQuery).data?.data ?? [];
  const names = members.filter(meant).map(({ name }) => name);
  const sentence = say(names.length === 0 ? words.roles : anyOf(names));
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Who has a right. */
export function WhoMay({ right, say }: Props & { right: Right }) {
  return <Whom meant={has(right)} say={say} />;
}

/** Who changes, stops and resumes what somebody made: they themselves, and who sees all. */
export function WhoDirects({ maker, say }: Props & { maker: string }) {
  const meant: Meant = (member) =>
    has('see_all')(member) || (member.user_id === maker && has('start_work')(member));
  return <Whom meant={meant} say={say} />;
}

/** Who opens what somebody's task was asked and made. */
export function WhoOpens({ maker, say }: Props & { maker: string }) {
  const meant: Meant = (member) => has('see_all')(member) || member.user_id === maker;
  return <Whom meant={meant} say={say} />;
}
