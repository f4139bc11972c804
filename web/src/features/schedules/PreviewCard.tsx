/** Beside the form: the rule in words, the next three runs, and the credits a month. */
import { Stack, Text } from '@mantine/core';
import { Section } from '../../ui/Section';
import classes from './Schedules.module.css';
import type { Preview } from './usePreview';
import { previewWords as words } from './words';

export function PreviewCard({ preview: { preview, incomplete, failed } }: { preview: Preview }) {
  const nothing = failed ? words.failed : incomplete ? words.wait : words.looking;
  return (
    <Section title={words.title}>
      <Stack gap="sm" data-testid="schedule-preview">
        {preview === null ? (
          <Text size="sm">{nothing}</Text>
        ) : (
          <>
            <Text fw={550}>{preview.rule_text}</Text>
            <div>
              <Text size="sm">{words.next}</Text>
              <ol className={classes.next}>
                {preview.next_runs.map(({ at, text }) => (
                  <li key={at}>{text}</li>
                ))}
              </ol>
            </div>
            <Text fw={550}>
              {preview.projected_month === null
                ? words.noMonth
                : words.month(preview.projected_month)}
            </Text>
            {preview.usual ? (
              <Text size="sm">{words.usual(preview.usual.low, preview.usual.high)}</Text>
            ) : null}
            {preview.dst_note === null ? null : <Text size="sm">{preview.dst_note}</Text>}
          </>
        )}
        <Text size="sm" c="dimmed">
          {words.free} {words.short}
        </Text>
      </Stack>
    </Section>
  );
}
