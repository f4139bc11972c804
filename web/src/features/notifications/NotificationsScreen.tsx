/** What this person was told: a sentence, its time, and one thing to do about it. */
import { Badge, Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type Notification, readNotifications } from '../../api/gen';
import { call } from '../../api/problem';
import { notificationPages } from '../../api/queries';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { useGo } from '../../ui/go';
import { ButtonTo } from '../../ui/LinkTo';
import { LoadMore } from '../../ui/LoadMore';
import { Page } from '../../ui/Page';
import { Empty, Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import classes from './Notifications.module.css';
import { words } from './words';

export function NotificationsScreen() {
  const query = useInfiniteQuery(notificationPages);
  const read = useRead();
  const unread = query.data?.pages[0]?.unread ?? 0;
  const markAll = () => read.mutate(null, { onSuccess: () => announce(words.allRead) });
  return (
    <Page title={words.title} width="narrow">
      <Section
        title={words.title}
        description={words.lead}
        actions={
          <Group gap="xs">
            {unread > 0 ? (
              <Button variant="default" size="compact-md" loading={read.isPending} onClick={markAll}>
                {words.markAll}
              </Button>
            ) : null}
            <ButtonTo to="/settings" hash="notifications" variant="subtle" size="compact-md">
              {words.preferences}
            </ButtonTo>
          </Group>
        }
      >
        {read.error ? <Failure text={words.failed} error={read.error} /> : null}
        <Remote query={query} what={words.what}>
          {({ pages }) => (
            <List
              notices={pages.flatMap(({ data }) => data)}
              follow={({ id, read: seen }) => {
                if (!seen) read.mutate([id]);
              }}
            />
          )}
        </Remote>
        <LoadMore query={query} />
      </Section>
    </Page>
  );
}

function useRead() {
  const queries = useQueryClient();
  return useMutation({
    // Null: all of them.
    mutationFn: (ids: string[] | null) =>
      call(readNotifications({ body: ids === null ? {} : { ids } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['notifications'] }),
  });
}

interface ListProps {
  notices: Notification[];
  follow: (notice: Notification) => void;
}

function List({ notices, follow }: ListProps) {
  if (notices.length === 0) return <Empty text={words.none} />;
  return (
    <ul className={classes.list} aria-label={words.title}>
      {notices.map((notice) => (
        <One key={notice.id} notice={notice} follow={follow} />
      ))}
    </ul>
  );
}

function One({ notice, follow }: { notice: Notification; follow: ListProps['follow'] }) {
  const dates = useDates();
  const go = useGo();
  const { text, url, action, created_at: at, read } = notice;
  return (
    <li className={classes.one} data-unread={!read || undefined}>
      <div className={classes.text}>
        <Text size="sm" fw={read ? 400 : 550}>
          {text}
        </Text>
        <Group gap={8}>
          <Text size="xs" c="dimmed" component="time" dateTime={at}>
            {dates.moment(at)}
          </Text>
          {read ? null : <Badge size="sm">{words.unread}</Badge>}
        </Group>
      </div>
      <Button
        component="a"
        href={url}
        size="compact-md"
        variant="default"
        onClick={(event) => {
          follow(notice);
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          go(url);
        }}
      >
        {action}
      </Button>
    </li>
  );
}
