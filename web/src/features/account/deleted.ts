/** What was deleted just now, as the address of the log-in page says it. */
export type Deleted = 'account' | 'organization';

/** From the page's address; anything else is nothing. */
export function readDeleted(value: unknown): Deleted | undefined {
  return value === 'account' || value === 'organization' ? value : undefined;
}
