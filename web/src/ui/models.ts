/** What people call a model, by its id; the id itself where the model is gone. */
import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '../api/queries';

export function useModelName(): (id: string) => string {
  const models = useQuery(modelsQuery).data?.data ?? [];
  return (id) => models.find((model) => model.id === id)?.name ?? id;
}
