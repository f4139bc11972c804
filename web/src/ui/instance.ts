/** What this installation is called and allows; the names are configuration. */
import { useQuery } from '@tanstack/react-query';
import type { Instance } from '../api/gen';
import { instanceQuery } from '../api/queries';

const before: Instance = {
  product_name: 'Ampere',
  agent_name: 'Joule',
  version: '',
  setup_needed: false,
  sign_up_open: false,
  sandbox_payments: false,
  mail: false,
};

export function useInstance(): Instance {
  return useQuery(instanceQuery).data ?? before;
}
