/** To an address that the server gives: inside the app where it is ours, else the browser goes. */
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

export function useGo(): (address: string) => void {
  const router = useRouter();
  return useCallback(
    (address) => {
      const url = new URL(address, window.location.origin);
      if (url.origin === window.location.origin) router.history.push(url.pathname + url.search);
      else window.location.assign(url.href);
    },
    [router],
  );
}
