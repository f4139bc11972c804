/** The organization that is shown; for people who belong to several, the way to another. */
import { UnstyledButton } from '@mantine/core';
import { IconBuilding, IconCheck, IconSelector } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { switchOrganization } from '../../api/gen';
import { call } from '../../api/problem';
import { Actions } from '../../ui/Actions';
import { afresh } from '../../ui/afresh';
import { Failure } from '../../ui/Remote';
import { useMe } from '../../ui/me';
import classes from './Sidebar.module.css';
import { words } from './words';

export function Switcher() {
  const { organization, organizations } = useMe();
  if (organizations.length < 2) {
    return <span className={classes.organization}>{organization.name}</span>;
  }
  return <Choice />;
}

function Choice() {
  const { organization, organizations } = useMe();
  const [opened, setOpened] = useState(false);
  const change = useMutation({
    mutationFn: (id: string) => call(switchOrganization({ body: { organization_id: id } })),
    // Nothing of one organization may be seen in another: cache and event stream begin anew.
    onSuccess: () => afresh('/'),
  });
  return (
    <>
      <Actions
        label={words.organizations}
        position="bottom-start"
        width={216}
        opened={opened}
        setOpened={setOpened}
        actions={organizations.map(({ id, name }) => ({
          label: name,
          icon: id === organization.id ? IconCheck : IconBuilding,
          current: id === organization.id,
          run: () => {
            if (id !== organization.id) change.mutate(id);
          },
        }))}
      >
        <UnstyledButton
          className={classes.switcher}
          aria-label={words.switchFrom(organization.name)}
          aria-busy={change.isPending || undefined}
          onClick={() => setOpened(!opened)}
        >
          <span className={classes.organization}>{organization.name}</span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Actions>
      {change.error ? <Failure text={words.switchFailed} error={change.error} /> : null}
    </>
  );
}
