/** Where work starts: the composer, ideas, and the sessions of late. */
import { Stack, Text, UnstyledButton } from '@mantine/core';
import {
  IconBrowser,
  IconBulb,
  IconCalendarEvent,
  IconListDetails,
  IconMail,
  IconPencil,
  IconScale,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type RefObject, useRef } from 'react';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { useRight } from '../../ui/rights';
import { Composer } from '../sessions/Composer';
import { useGate } from '../sessions/gate';
import { useWriting } from '../sessions/writing';
import classes from './Home.module.css';
import { ModelNotice } from './ModelNotice';
import { NeedsAttention } from './NeedsAttention';
import { RecentSessions } from './RecentSessions';
import { useStart } from './useStart';
import { starters, words } from './words';

const icons = [IconBulb, IconMail, IconListDetails, IconScale, IconCalendarEvent, IconPencil];

export function HomeScreen() {
  const { user } = useMe();
  const { agent_name: agent } = useInstance();
  const field = useRef<HTMLTextAreaElement>(null);
  const works = useRight('start_work');
  const gate = useGate();
  const start = useStart(gate);
  const writing = useWriting('home', gate.reset);
  const send = () => start.send(writing.body(), writing.clear);
  const name = user.name.split(' ')[0] ?? user.name;
  return (
    <Page title={words.title} width="narrow">
      <div className={classes.hero}>
        <p className={classes.greeting}>{works ? words.greeting(name) : words.greetingRead(name)}</p>
        <Text c="dimmed">{works ? words.lead(agent) : words.leadRead(agent)}</Text>
      </div>
      <ModelNotice />
      <NeedsAttention />
      <Composer
        writing={writing}
        send={send}
        sending={start.sending}
        failure={start.failure}
        gate={gate}
        field={field}
        rows={3}
      />
      {works ? <Starters field={field} fill={writing.setText} /> : null}
      <RecentSessions write={works ? () => field.current?.focus() : null} />
    </Page>
  );
}

interface StartersProps {
  field: RefObject<HTMLTextAreaElement | null>;
  fill: (text: string) => void;
}

function Starters({ field, fill }: StartersProps) {
  const { agent_name: agent } = useInstance();
  return (
    <Stack gap={8}>
      <h2 className={classes.heading}>{words.starters}</h2>
      <ul className={classes.starters}>
        {starters.map(({ title, text }, index) => {
          const Icon = icons[index] ?? IconBulb;
          return (
            <li key={title}>
              <UnstyledButton
                className={classes.starter}
                onClick={() => {
                  fill(text);
                  field.current?.focus();
                }}
              >
                <Icon size={20} stroke={1.7} aria-hidden />
                <span>{title}</span>
              </UnstyledButton>
            </li>
          );
        })}
        <li className={classes.whole}>
          <Link to="/browser" className={classes.starter}>
            <IconBrowser size={20} stroke={1.7} aria-hidden />
            <span>{words.browser}</span>
            <span className={classes.starterNote}>{words.browserNote(agent)}</span>
          </Link>
        </li>
      </ul>
      <Text size="xs" c="dimmed">
        {words.startersHint}
      </Text>
    </Stack>
  );
}
