/** To a new schedule of this tool or workflow, with the inputs as they are. */
import { Button } from '@mantine/core';
import { IconCalendarEvent } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import type { Subject } from './subject';
import { pageWords as words } from './words';

export function ScheduleLink({ subject: { kind, id } }: { subject: Subject }) {
  const router = useRouter();
  const href = `/schedules/new?${kind}=${encodeURIComponent(id)}`;
  return (
    <Button
      component="a"
      href={href}
      variant="default"
      leftSection={<IconCalendarEvent size={16} aria-hidden />}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        router.history.push(href);
      }}
    >
      {words.schedule}
    </Button>
  );
}
