/**
 * A message while it is written: its text, its files, the model and the effort. What is sent is
 * made of it in one place. Read next: Composer.tsx, useSend.ts.
 */
import { useState } from 'react';
import type { Effort, SendMessageRequest } from '../../api/gen';
import { useMe } from '../../ui/me';
import { type Attaching, useAttach } from './attach';
import { useDraft } from './draft';
import { useEffort } from './effort';

export interface Writing {
  text: string;
  setText: (text: string) => void;
  attaching: Attaching;
  model: string;
  setModel: (model: string) => void;
  effort: Effort;
  setEffort: (effort: Effort) => void;
  /** How it is to be answered, new or tried again. */
  how: () => Pick<SendMessageRequest, 'model' | 'effort'>;
  body: () => SendMessageRequest;
  /** It was sent: what was written is gone, the choices stay. */
  clear: () => void;
}

/** `place`: the session's id, or `home`. `changed` hears of changes of the text and of the choices. */
export function useWriting(place: string, changed: () => void): Writing {
  const { user } = useMe();
  const key = `${user.id}.${place}`;
  const [text, setText] = useDraft(key);
  const [model, setModel] = useState('');
  const [effort, setEffort] = useEffort(user.id);
  const attaching = useAttach(key);
  const heard =
    <T,>(set: (next: T) => void) =>
    (next: T) => {
      set(next);
      changed();
    };
  const how = () => ({ effort, ...(model === '' ? {} : { model }) });
  return {
    text,
    setText: heard(setText),
    attaching,
    model,
    setModel: heard(setModel),
    effort,
    setEffort: heard(setEffort),
    how,
    body: () => ({ text: text.trim(), ...how(), ...attachmentsOf(attaching) }),
    clear: () => {
      setText('');
      attaching.clear();
    },
  };
}

/** The files by their ids; nothing where there are none. */
export function attachmentsOf({ files }: Attaching): Pick<SendMessageRequest, 'attachments'> {
  return files.length === 0 ? {} : { attachments: files.map(({ id }) => id) };
}
