/** What a call is asked with, as names and values. */
import { valueText } from '../runs/result';
import classes from './Calls.module.css';
import { givenOf } from './calls';

export function GivenList({ input }: { input: unknown }) {
  return (
    <dl className={classes.given}>
      {givenOf(input).map(({ name, value }) => (
        <div key={name}>
          {name === '' ? null : <dt>{name.replaceAll('_', ' ')}</dt>}
          <dd>{valueText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
