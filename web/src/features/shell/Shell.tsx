/** The frame of everything behind the log-in: sidebar, header with the credits, one banner. */
import { AppShell } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { OrgEvents } from '../../credits/live';
import { words as credits } from '../../credits/words';
import { useInstance } from '../../ui/instance';
import { Banner } from './Banner';
import { Header } from './Header';
import classes from './Shell.module.css';
import { Sidebar } from './Sidebar';
import { words } from './words';

const HEADER = 60;
const BAR = 28;

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const { sandbox_payments: sandbox } = useInstance();
  const { pathname } = useLocation();
  useOrgEvents();
  useFocusOnRoute(pathname, close);
  return (
    <AppShell
      layout="alt"
      header={{ height: sandbox ? HEADER + BAR : HEADER }}
      navbar={{ width: 244, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      classNames={{ main: classes.main, navbar: classes.navbar, header: classes.header }}
    >
      <a href="#main" className={classes.skip}>
        {words.skip}
      </a>
      <AppShell.Header withBorder={false}>
        {sandbox ? <div className={classes.sandbox}>{credits.sandbox}</div> : null}
        <Header opened={opened} toggle={toggle} />
      </AppShell.Header>
      <AppShell.Navbar withBorder={false}>
        <Sidebar close={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Banner />
        <Outlet />
      </AppShell.Main>
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
