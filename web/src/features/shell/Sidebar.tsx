/** The sidebar: only what exists; what this person may not use is not there. */
import { CloseButton, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconChevronUp, IconKeyboard, IconLogout, IconSettings } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { logOut } from '../../api/gen';
import { call } from '../../api/problem';
import { Actions } from '../../ui/Actions';
import { Mark } from '../../ui/Brand';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { Bell } from './Bell';
import { help, open, operator, organization, type Place, work } from './places';
import classes from './Sidebar.module.css';
import { Switcher } from './Switcher';
import { words } from './words';

interface Props {
  close: () => void;
  showShortcuts: () => void;
}

export function Sidebar({ close, showShortcuts }: Props) {
  const { rights } = useMe();
  const operated = open(operator, rights);
  const { product_name: product } = useInstance();
  return (
    <div className={classes.sidebar}>
      <div className={classes.brand}>
        <Mark size={30} />
        <div className={classes.names}>
          <span className={classes.product}>{product}</span>
          <Switcher />
        </div>
        <CloseButton
          className={classes.close}
          hiddenFrom="sm"
          size="lg"
          id="close-menu"
          aria-label={words.closeMenu}
          onClick={close}
        />
      </div>
      <nav aria-label={words.nav} className={classes.nav}>
        <Items items={open(work, rights)} close={close} />
        <hr className={classes.line} />
        <Items items={open(organization, rights)} close={close} />
        {operated.length > 0 ? (
          <>
            <hr className={classes.line} />
            <Text className={classes.group}>{words.operator}</Text>
            <Items items={operated} close={close} />
          </>
        ) : null}
      </nav>
      <div className={classes.foot}>
        <Bell close={close} />
        <Account close={close} showShortcuts={showShortcuts} />
        <Items items={help} close={close} />
      </div>
    </div>
  );
}

function Items({ items, close }: { items: Place[]; close: () => void }) {
  return (
    <ul className={classes.items}>
      {items.map(({ to, label, icon: Icon }) => (
        <li key={label}>
          <Link
            to={to}
            className={classes.item}
            activeOptions={{ exact: to === '/', includeSearch: false }}
            onClick={close}
          >
            <Icon size={19} stroke={1.7} aria-hidden />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Account({ close, showShortcuts }: Props) {
  const { user } = useMe();
  const router = useRouter();
  const [opened, setOpened] = useState(false);
  const leave = useMutation({
    mutationFn: () => call(logOut()),
    // A fresh page forgets everything this person saw.
    onSuccess: () => window.location.assign('/login'),
  });
  return (
    <Actions
      label={words.accountActions}
      position="top-start"
      width={216}
      opened={opened}
      setOpened={setOpened}
      actions={[
        {
          label: words.accountSettings,
          icon: IconSettings,
          run: () => {
            close();
            void router.navigate({ to: '/settings' });
          },
        },
        {
          label: words.shortcuts,
          icon: IconKeyboard,
          run: () => {
            close();
            showShortcuts();
          },
        },
        { label: words.logOut, icon: IconLogout, run: () => leave.mutate() },
      ]}
    >
      <UnstyledButton className={classes.account} onClick={() => setOpened(!opened)}>
        <span className={classes.avatar} aria-hidden="true">
          {user.name.trim().charAt(0).toUpperCase()}
        </span>
        <VisuallyHidden>{words.account}</VisuallyHidden>
        <span className={classes.person}>
          <span className={classes.personName}>{user.name}</span>
          <span className={classes.personMail}>{user.email}</span>
        </span>
        <IconChevronUp size={16} aria-hidden />
      </UnstyledButton>
    </Actions>
  );
}
