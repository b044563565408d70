import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type Filters, formatFilters, parseFilters } from './filters.js';

/** Told of the changes that this page makes itself, of which the browser sends no event. */
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export type SetFilters = (filters: Filters, history?: 'push' | 'replace') => void;

/** The filters of the address, so that a reload, a bookmark and the Back button keep them. */
export function useFilters(): [Filters, SetFilters] {
  const query = useSyncExternalStore(subscribe, () => location.search);
  const filters = useMemo(() => parseFilters(query), [query]);
  const setFilters: SetFilters = useCallback((next, history = 'push') => {
    const url = `${location.pathname}${formatFilters(next)}`;
    if (history === 'push') window.history.pushState(null, '', url);
    else window.history.replaceState(null, '', url);
    for (const listener of listeners) listener();
  }, []);
  return [filters, setFilters];
}
