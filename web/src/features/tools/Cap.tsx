/** “Stop at … credits”: the most that a run may use, if somebody wants to say so. */
import { Text, TextInput } from '@mantine/core';
import { formatCredits } from '../../credits/amount';
import classes from './Tools.module.css';
import { estimateWords as words } from './words';

interface Props {
  cap: string;
  setCap: (text: string) => void;
  error: string | undefined;
}

export function Cap({ cap, setCap, error }: Props) {
  return (
    <div className={classes.cap}>
      <label htmlFor="stop-at">{words.cap}</label>
      <TextInput
        id="stop-at"
        size="sm"
        w={96}
        inputMode="decimal"
        value={cap}
        aria-describedby="stop-at-unit"
        aria-invalid={error !== undefined}
        error={error !== undefined}
        onChange={(event) => setCap(event.currentTarget.value)}
        onBlur={() => setCap(cap === '' ? '' : formatCredits(cap.trim().replaceAll(',', '')))}
      />
      <span id="stop-at-unit">{words.capUnit}</span>
      {error === undefined ? null : (
        <Text size="sm" c="red" role="alert">
          {error}
        </Text>
      )}
    </div>
  );
}
