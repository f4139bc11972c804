/** The mark of the product and the mark of its agent. */
import classes from './Brand.module.css';

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={classes.mark}>
      <rect width="32" height="32" rx="9" className={classes.tile} />
      <path d="M18.2 5.5 8.6 17.6h6.1l-1.4 8.9 10.1-12.7h-6.3z" fill="#fff" />
    </svg>
  );
}

export function AgentMark({ busy = false }: { busy?: boolean }) {
  return (
    <span className={classes.agent} data-busy={busy || undefined} aria-hidden="true">
      <svg width="16" height="16" viewBox="0 0 32 32">
        <path d="M18.2 3.5 6.6 18.2h7.4l-1.7 10.3L24.6 13.1H17z" fill="currentColor" />
      </svg>
    </span>
  );
}
