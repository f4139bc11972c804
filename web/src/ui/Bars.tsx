/** A used-of-allowance bar. Its two numbers stand beside it as text, so it is only a picture. */
import classes from './Bars.module.css';

export function Bar({ percent, tone = 'accent' }: { percent: number; tone?: 'accent' | 'low' }) {
  return (
    <div className={classes.track} aria-hidden="true">
      <div
        className={classes.fill}
        data-tone={tone}
        style={{ width: `${Math.max(0, Math.min(100, percent))}%` }}
      />
    </div>
  );
}
