/** How far the agent goes for the next message, with what each choice means. */
import { Button, Popover, Radio, Stack, Text } from '@mantine/core';
import { IconGauge } from '@tabler/icons-react';
import { useState } from 'react';
import type { Effort } from '../../api/gen';
import { useInstance } from '../../ui/instance';
import { LinkTo } from '../../ui/LinkTo';
import classes from './Composer.module.css';
import { efforts } from './effort';
import { composerWords as words } from './words';

interface Props {
  effort: Effort;
  setEffort: (effort: Effort) => void;
  /** Why the model has no tools; null: it has. */
  noHands: string | null;
}

export function EffortMenu({ effort, setEffort, noHands }: Props) {
  const { agent_name: agent } = useInstance();
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-start"
      width={300}
      shadow="md"
      trapFocus
      withRoles
    >
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.effort}
          leftSection={<IconGauge size={18} aria-hidden />}
          aria-label={words.effortIs(words.efforts[effort].name)}
          onClick={() => setOpened(!opened)}
        >
          {words.efforts[effort].name}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="md" aria-label={words.effort}>
        <Radio.Group
          label={words.effort}
          value={effort}
          onChange={(next) => setEffort(efforts.find((one) => one === next) ?? effort)}
        >
          <Stack gap="sm" mt="xs">
            {efforts.map((one) => (
              <Radio
                key={one}
                value={one}
                label={words.efforts[one].name}
                description={words.efforts[one].means(agent)}
                data-autofocus={one === effort || undefined}
              />
            ))}
          </Stack>
        </Radio.Group>
        {noHands === null ? null : (
          <Text size="xs" mt="sm">
            {noHands}
          </Text>
        )}
        <LinkTo
          to="/help/$article"
          params={{ article: 'hands' }}
          size="xs"
          underline="always"
          mt="sm"
          display="inline-block"
        >
          {words.effortHow(agent)}
        </LinkTo>
      </Popover.Dropdown>
    </Popover>
  );
}
