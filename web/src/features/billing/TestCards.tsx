/** The sandbox's cards, one of which is chosen. */
import type { SandboxCard } from '../../api/gen';
import classes from './Billing.module.css';

interface Props {
  legend: string;
  cards: readonly SandboxCard[];
  chosen: string;
  choose: (number: string) => void;
}

export function TestCards({ legend, cards, chosen, choose }: Props) {
  return (
    <fieldset className={classes.packs}>
      <legend className={classes.legend}>{legend}</legend>
      {cards.map((one) => (
        <label
          key={one.number}
          className={classes.choice}
          data-checked={one.number === chosen || undefined}
        >
          <input
            type="radio"
            name="card"
            value={one.number}
            checked={one.number === chosen}
            onChange={() => choose(one.number)}
          />
          <span className={classes.choiceMain}>
            <strong>{one.label}</strong>
            <span className={classes.number}>{spaced(one.number)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function spaced(number: string): string {
  return number.replace(/(\d{4})(?=\d)/g, '$1 ');
}
