/** What might be asked next, under the newest answer. A press fills the composer; nothing is sent. */
import { useEffect } from 'react';
import { ControlGroup } from '../../ui/ControlGroup';
import classes from './FollowUps.module.css';
import { words } from './words';

interface Props {
  questions: readonly string[];
  choose: (question: string) => void;
}

const NEAR = 320;

export function FollowUps({ questions, choose }: Props) {
  const count = questions.length;
  // They come a little after the answer: who reads at its end is shown them.
  useEffect(() => {
    const { scrollHeight } = document.documentElement;
    const below = scrollHeight - window.scrollY - window.innerHeight;
    if (count > 0 && below < NEAR) window.scrollTo({ top: scrollHeight });
  }, [count]);
  if (count === 0) return null;
  return (
    <ControlGroup label={words.followUps}>
      {questions.map((question) => (
        <button
          key={question}
          type="button"
          className={classes.one}
          onClick={() => choose(question)}
        >
          {question}
        </button>
      ))}
    </ControlGroup>
  );
}
