/** The filters that are written, not chosen: first and last day, credits at least. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { creditsOf, dayOf, type RunsSearch } from './filter';
import { words } from './words';

interface Props {
  search: RunsSearch;
  set: (change: Record<string, string>) => void;
}

const isDay = (text: string) => dayOf(text) !== undefined;
const isCredits = (text: string) => creditsOf(text) !== undefined;

export function Bounds({ search, set }: Props) {
  const { filters } = words;
  return (
    <>
      <Written
        label={filters.from}
        type="date"
        value={search.from ?? ''}
        whole={isDay}
        set={(from) => set({ from })}
      />
      <Written
        label={filters.to}
        type="date"
        value={search.to ?? ''}
        whole={isDay}
        set={(to) => set({ to })}
      />
      <Written
        label={filters.least}
        type="number"
        value={search.min === undefined ? '' : String(search.min)}
        whole={isCredits}
        set={(min) => set({ min })}
      />
    </>
  );
}

interface WrittenProps {
  label: string;
  type: 'date' | 'number';
  value: string;
  /** What can be filtered by as it stands; anything else is still being written. */
  whole: (text: string) => boolean;
  set: (text: string) => void;
}

// What is written goes into the address once it is whole: a day with its last digit, a number
// when one leaves it. Until then it stays as it was typed; another address takes its place.
function Written({ label, type, value, whole, set }: WrittenProps) {
  const [typed, setTyped] = useState({ over: value, text: value });
  const text = typed.over === value ? typed.text : value;
  const put = (next: string) => {
    if (next !== value && (next === '' || whole(next))) set(next);
  };
  const bounds = type === 'number' ? { min: 0, step: 'any' } : {};
  return (
    <TextInput
      label={label}
      type={type}
      value={text}
      onChange={({ currentTarget: { value: next } }) => {
        setTyped({ over: value, text: next });
        if (type === 'date') put(next);
      }}
      onBlur={() => put(text)}
      onKeyDown={({ key }) => {
        if (key === 'Enter') put(text);
      }}
      {...bounds}
    />
  );
}
