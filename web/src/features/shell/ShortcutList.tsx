/** The list of keys, and the switch for those that are a single character. */
import { Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog';
import classes from './Shortcuts.module.css';
import { onMac, setSingleKeys, singleKeys } from './useShortcuts';
import { words } from './words';

const keys: [keys: string[], does: string][] = [
  [[onMac ? '⌘' : 'Ctrl', 'K'], words.keys.places],
  [['/'], words.keys.composer],
  [['Enter'], words.keys.send],
  [['Shift', 'Enter'], words.keys.line],
  [['Esc'], words.keys.stop],
  [['?'], words.keys.list],
];

export default function ShortcutList({ close }: { close: () => void }) {
  const [single, setSingle] = useState(singleKeys);
  const change = (on: boolean) => {
    setSingleKeys(on);
    setSingle(on);
  };
  return (
    <Dialog close={close} title={words.shortcuts}>
      <Stack gap="lg">
        <dl className={classes.keys}>
          {keys.map(([pressed, does]) => (
            <div key={does} className={classes.key}>
              <dt>
                {pressed.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <Switch
          checked={single}
          label={words.keys.single}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      </Stack>
    </Dialog>
  );
}
