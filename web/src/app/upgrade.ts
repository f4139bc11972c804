/**
 * A page that stayed open while the server was upgraded asks for parts that are gone. It loads
 * itself again, once for each part, and only if there is a server to load it from.
 */

// The router does the same for the screens it loads: with its key, both together do it once.
const DONE = 'tanstack_router_reload:';

export function isMissingPart(error: unknown): error is Error {
  // In the words of the browsers, and of the build for a part's styles.
  const said = /dynamically imported module|Importing a module script failed|Unable to preload CSS/i;
  return error instanceof Error && said.test(error.message);
}

export async function loadAgainOnce({ message }: Error): Promise<void> {
  if (!(await serverAnswers())) return;
  try {
    if (sessionStorage.getItem(DONE + message) !== null) return;
    sessionStorage.setItem(DONE + message, '1');
  } catch {
    // What cannot be remembered could go on for ever.
    return;
  }
  window.location.reload();
}

async function serverAnswers(): Promise<boolean> {
  const answer = await fetch('/healthz', { cache: 'no-store' }).catch(() => null);
  return answer?.ok ?? false;
}
