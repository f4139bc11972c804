/** The frame of everything behind the log-in: sidebar, header with the credits, one banner. */
import { AppShell } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { OrgEvents } from '../../credits/live';
import { words as credits } from '../../credits/words';
import { afresh } from '../../ui/afresh';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { Toasts } from '../notifications/Toasts';
import { Banner } from './Banner';
import { Header } from './Header';
import classes from './Shell.module.css';
import { ShortcutDialogs } from './ShortcutDialogs';
import { Sidebar } from './Sidebar';
import { useShortcuts } from './useShortcuts';
import { words } from './words';

const HEADER = 60;
const BAR = 28;

export function Shell() {
  const menu = useMenu();
  const shortcuts = useShortcuts();
  const { sandbox_payments: sandbox } = useInstance();
  const { pathname } = useLocation();
  useOrgEvents();
  useOneOrganization();
  useFocusOnRoute(pathname, menu.close);
  return (
    <AppShell
      layout="alt"
      header={{ height: sandbox ? HEADER + BAR : HEADER }}
      navbar={{ width: 244, breakpoint: 'sm', collapsed: { mobile: !menu.opened } }}
      classNames={{ main: classes.main, navbar: classes.navbar, header: classes.header }}
    >
      <a href="#main" className={classes.skip}>
        {words.skip}
      </a>
      <AppShell.Header withBorder={false} inert={menu.covering}>
        {sandbox ? <div className={classes.sandbox}>{credits.sandbox}</div> : null}
        <Header opened={menu.opened} open={menu.open} />
      </AppShell.Header>
      <AppShell.Navbar withBorder={false} inert={menu.away}>
        <Sidebar close={menu.close} showShortcuts={() => shortcuts.open('list')} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} inert={menu.covering}>
        <Banner />
        <Toasts />
        <Outlet />
      </AppShell.Main>
      <ShortcutDialogs shortcuts={shortcuts} />
    </AppShell>
  );
}

function useOrgEvents(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const events = new OrgEvents(queries);
    events.start();
    return () => events.stop();
  }, [queries]);
}

// In another tab this person went to another organization, or joined one: the login is there now,
// and what is still shown here would be mixed with it.
function useOneOrganization(): void {
  const { id } = useMe().organization;
  const [shown] = useState(id);
  useEffect(() => {
    if (id !== shown) afresh('/');
  }, [id, shown]);
}

// On a small screen the menu covers the page: what lies under it, or the menu itself while it
// is closed, is out of reach, and the focus goes where the person is.
function useMenu() {
  const [opened, { open, close }] = useDisclosure();
  const small = useMediaQuery('(max-width: 47.99em)') ?? false;
  const covering = small && opened;
  useEffect(() => {
    if (!covering) return undefined;
    document.getElementById('close-menu')?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.getElementById('open-menu')?.focus();
    };
  }, [covering, close]);
  return { opened, open, close, covering, away: small && !opened };
}

// After a change of page the heading gets the focus, so that reading starts there.
function useFocusOnRoute(pathname: string, close: () => void): void {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    close();
    document.getElementById('page-title')?.focus({ preventScroll: true });
  }, [pathname, close]);
}
