/** Sentences that every screen shares. */
export const words = {
  retry: 'Try again',
  requestId: (id: string) => `Request ${id}`,
  notLoaded: (what: string) => `${what} could not be loaded.`,
  copy: 'Copy',
  copied: 'Copied',
  loadMore: 'Load more',
  cancel: 'Cancel',
  close: 'Close',
};
