/** The way to the notifications, with how many are unread, in words. */
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { unreadQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import classes from './Sidebar.module.css';
import { words } from './words';

export function Bell({ close }: { close: () => void }) {
  const unread = useQuery(unreadQuery).data?.unread;
  useNews(unread);
  return (
    <Link to="/notifications" className={classes.item} onClick={close}>
      <IconBell size={19} stroke={1.7} aria-hidden />
      {words.notifications}
      {unread ? (
        <span className={classes.unread} data-testid="unread">
          {words.unread(unread)}
        </span>
      ) : null}
    </Link>
  );
}

// Who does not see the number grow is told of it; what was there at first is no news.
function useNews(unread: number | undefined): void {
  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (unread === undefined) return;
    const more = unread - (before.current ?? unread);
    before.current = unread;
    if (more > 0) announce(words.news(more));
  }, [unread]);
}
