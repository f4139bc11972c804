/** One tool of the catalog: what it is for, and what it usually costs. */
import { Badge, Text } from '@mantine/core';
import { IconCalendarEvent } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ToolSummary } from '../../api/gen';
import { useDates } from '../../ui/dates';
import classes from './Tools.module.css';
import { words } from './words';

export function ToolCard({ tool }: { tool: ToolSummary }) {
  const dates = useDates();
  const used = tool.last_used_at;
  return (
    <li>
      <Link to="/tools/$toolId" params={{ toolId: tool.id }} className={classes.card}>
        <h2 className={classes.name}>{tool.name}</h2>
        <Text size="sm">{tool.purpose}</Text>
        <Text size="sm" fw={550} mt="auto" pt={6}>
          {usualText(tool)}
        </Text>
        <span className={classes.marks}>
          <Badge color="gray">{words.categories[tool.category] ?? tool.category}</Badge>
          {tool.schedulable ? (
            <Badge color="indigo" leftSection={<IconCalendarEvent size={13} aria-hidden />}>
              {words.schedulable}
            </Badge>
          ) : null}
          <Text span size="xs" c="dimmed">
            {used === null ? words.neverUsed : words.lastUsed(dates.moment(used))}
          </Text>
        </span>
      </Link>
    </li>
  );
}

/** From history, from the rate card, or the rate card's words: never a zero. */
export function usualText({ usual }: Pick<ToolSummary, 'usual'>): string {
  if (!usual) return words.rateCard;
  const { low, high, basis } = usual;
  return basis === 'history' ? words.usually(low, high) : words.byRateCard(low, high);
}
