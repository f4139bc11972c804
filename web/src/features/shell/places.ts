/** Every screen there is to go to, as the sidebar and the dialog behind Ctrl K list them. */
import {
  IconBell,
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
  IconStack2,
  IconUsers,
  IconWand,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { Right } from '../../ui/rights';
import { words } from './words';

export interface Place {
  to: NonNullable<LinkProps['to']>;
  label: string;
  icon: typeof IconHome;
  /** Who lacks it has no such place. */
  right?: Right;
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

export const operator: Place[] = [
  { to: '/models', label: words.models, icon: IconCpu, right: 'operate' },
];

export const news: Place[] = [
  { to: '/notifications', label: words.notifications, icon: IconBell },
];

export const help: Place[] = [{ to: '/help', label: words.help, icon: IconHelpCircle }];

/** Opened from other screens: they have no line in the sidebar. */
export const hidden: Place[] = [
  { to: '/browser', label: words.browser, icon: IconBrowser, right: 'start_work' },
  { to: '/plans', label: words.plans, icon: IconStack2 },
];

/** Those of them that a person with these rights may open. */
export function open(places: readonly Place[], rights: readonly string[]): Place[] {
  return places.filter(({ right }) => right === undefined || rights.includes(right));
}

/** What a person with these rights may open, in the sidebar's order. */
export function placesFor(rights: readonly string[]): Place[] {
  return open([...work, ...hidden, ...organization, ...operator, ...news, ...help], rights);
}
