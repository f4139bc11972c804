/** How a thing stands, as icon, word and colour: the plan, auto-recharge. */
import { Badge } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCalendarEvent,
  IconCheck,
  IconCircleDashed,
  IconGift,
  IconLoader2,
  IconLock,
} from '@tabler/icons-react';
import type { BillingState, RechargeState } from '../../api/gen';
import { rechargeWords } from './recharge-words';
import { planWords } from './words';

type Look = [color: string, icon: typeof IconCheck];

const plans: Record<BillingState, Look> = {
  none: ['gray', IconCircleDashed],
  trial: ['blue', IconGift],
  incomplete: ['orange', IconAlertTriangle],
  active: ['green', IconCheck],
  change_scheduled: ['blue', IconCalendarEvent],
  ending: ['yellow', IconCalendarEvent],
  past_due: ['orange', IconAlertTriangle],
  unpaid: ['red', IconLock],
  ended: ['red', IconLock],
};

const recharges: Record<RechargeState, Look> = {
  off: ['gray', IconCircleDashed],
  on: ['green', IconCheck],
  running: ['blue', IconLoader2],
  last_failed: ['orange', IconAlertTriangle],
  off_after_declines: ['red', IconAlertTriangle],
  limit_reached: ['yellow', IconCalendarEvent],
  needs_confirmation: ['orange', IconAlertTriangle],
  off_no_plan: ['gray', IconCircleDashed],
};

export function PlanMark({ state }: { state: BillingState }) {
  return <Mark look={plans[state]} word={planWords.states[state]} />;
}

export function RechargeMark({ state }: { state: RechargeState }) {
  return <Mark look={recharges[state]} word={rechargeWords.states[state]} />;
}

function Mark({ look: [color, Icon], word }: { look: Look; word: string }) {
  return (
    <Badge color={color} size="lg" miw="max-content" leftSection={<Icon size={14} aria-hidden />}>
      {word}
    </Badge>
  );
}
