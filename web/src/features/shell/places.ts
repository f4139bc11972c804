/** Every screen there is to go to, as the sidebar and the dialog behind Ctrl K list them. */
import {
  IconBrowser,
  IconCalendarEvent,
  IconChartBar,
  IconCpu,
  IconCreditCard,
  IconHelpCircle,
  IconHome,
  IconListCheck,
  IconMessages,
  IconRoute,
  IconSettings,
  IconUsers,
  IconWand,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import { words } from './words';

export interface Place {
  to: NonNullable<LinkProps['to']>;
  label: string;
  icon: typeof IconHome;
}

export const work: Place[] = [
  { to: '/', label: words.home, icon: IconHome },
  { to: '/sessions', label: words.sessions, icon: IconMessages },
  { to: '/tools', label: words.tools, icon: IconWand },
  { to: '/workflows', label: words.workflows, icon: IconRoute },
  { to: '/schedules', label: words.schedules, icon: IconCalendarEvent },
  { to: '/runs', label: words.runs, icon: IconListCheck },
];

export const organization: Place[] = [
  { to: '/usage', label: words.usage, icon: IconChartBar },
  { to: '/billing', label: words.billing, icon: IconCreditCard },
  { to: '/team', label: words.team, icon: IconUsers },
  { to: '/settings', label: words.settings, icon: IconSettings },
];

export const operator: Place[] = [{ to: '/models', label: words.models, icon: IconCpu }];

export const help: Place[] = [{ to: '/help', label: words.help, icon: IconHelpCircle }];

/** Opened from Home and AI Tools: they have no line in the sidebar. */
export const hidden: Place[] = [{ to: '/browser', label: words.browser, icon: IconBrowser }];

/** What this person may open, in the sidebar's order. */
export function placesFor({ operator: operates }: { operator: boolean }): Place[] {
  return [...work, ...hidden, ...organization, ...(operates ? operator : []), ...help];
}
