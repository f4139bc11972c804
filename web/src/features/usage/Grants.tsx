/** Where the credits came from, what is left of each grant, and which is used next. */
import { useQuery } from '@tanstack/react-query';
import type { Grant } from '../../api/gen';
import { grantsQuery } from '../../api/queries';
import { formatShort } from '../../credits/amount';
import { type Column, DataTable, NOTHING } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Padded } from '../../ui/Padded';
import { Empty, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words } from './words';

export function Grants() {
  const query = useQuery(grantsQuery);
  const dates = useDates();
  return (
    <Section title={words.grants} description={words.grantsLead} flush>
      <Remote query={query} what={words.grantsWhat} skeleton={<Padded />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty text={words.noGrants} />
          ) : (
            <DataTable
              caption={words.grants}
              columns={columns(dates)}
              rows={data}
              rowKey={({ id }) => id}
            />
          )
        }
      </Remote>
    </Section>
  );
}

function columns(dates: Dates): Column<Grant>[] {
  return [
    {
      label: words.grant.what,
      main: true,
      cell: ({ class: kind, cause }) => `${words.classes[kind] ?? kind} · ${words.causes[cause] ?? cause}`,
    },
    {
      label: words.grant.order,
      cell: ({ order }) => (order == null ? NOTHING : order === 1 ? words.first : words.nth(order)),
    },
    { label: words.grant.state, cell: ({ state }) => words.grantStates[state] ?? state },
    {
      label: words.grant.expires,
      cell: ({ expires_at: at }) => (at ? dates.day(at) : words.never),
    },
    { label: words.grant.amount, end: true, cell: ({ amount }) => formatShort(amount) },
    { label: words.grant.left, end: true, cell: ({ left }) => formatShort(left) },
  ];
}
