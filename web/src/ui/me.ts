/** Who is logged in. Used only inside the shell, whose route has loaded it. */
import { useSuspenseQuery } from '@tanstack/react-query';
import type { Me } from '../api/gen';
import { meQuery } from '../api/queries';

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}
