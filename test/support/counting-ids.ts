/** Ids that say in which order they were drawn: `id-000001`, `id-000002`, … */
import type { NewId } from '../../host/lib/ids.ts';

export const createCountingIds = (prefix = 'id'): NewId => {
  let drawn = 0;
  return () => `${prefix}-${String(++drawn).padStart(6, '0')}`;
};
