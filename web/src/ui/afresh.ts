/**
 * A fresh page: nothing that was cached or is listened to survives it. For whatever changes who one
 * is, or for which organization.
 */
export function afresh(to: string): void {
  window.location.assign(to);
}
