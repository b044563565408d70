import type {
  WorkspaceEnvironment,
  WorkspaceFilter,
  WorkspaceOrder,
  WorkspaceRegion,
  WorkspaceStatus,
} from '@tokenvue/sdk/documents';
import { environments, keysOf, regions, statuses } from '../labels.js';

/** Which cards to show and in what order; none of a kind means all of it. */
export interface Filters {
  readonly search: string;
  readonly environments: readonly WorkspaceEnvironment[];
  readonly statuses: readonly WorkspaceStatus[];
  readonly regions: readonly WorkspaceRegion[];
  readonly order: Order;
}

export const orders = {
  NAME_ASC: 'Name, A to Z',
  NAME_DESC: 'Name, Z to A',
  MONTHLY_BUDGET_DESC: 'Budget, highest first',
  MONTHLY_BUDGET_ASC: 'Budget, lowest first',
  CREATED_AT_DESC: 'Newest first',
  CREATED_AT_ASC: 'Oldest first',
} as const;

export type Order = keyof typeof orders;

export const noFilters: Filters = { search: '', environments: [], statuses: [], regions: [], order: 'NAME_ASC' };

/** Longer searches the server refuses. */
export const searchLengthMax = 200;

/** The filters that a query string names; what it names wrongly is left out. */
export function parseFilters(query: string): Filters {
  const parameters = new URLSearchParams(query);
  const values = <Value extends string>(name: string, known: readonly Value[]) => {
    const named = parameters.get(name)?.split(',') ?? [];
    return known.filter((value) => named.includes(value));
  };
  return {
    search: (parameters.get('search') ?? '').slice(0, searchLengthMax),
    environments: values('environment', keysOf(environments)),
    statuses: values('status', keysOf(statuses)),
    regions: values('region', keysOf(regions)),
    order: values('order', keysOf(orders))[0] ?? noFilters.order,
  };
}

/** The other way round, with nothing for what is not filtered: "?search=api&environment=STAGING,SANDBOX", or "". */
export function formatFilters(filters: Filters): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string) => value !== '' && parameters.set(name, value);
  set('search', filters.search);
  set('environment', filters.environments.join());
  set('status', filters.statuses.join());
  set('region', filters.regions.join());
  set('order', filters.order === noFilters.order ? '' : filters.order);
  const query = parameters.toString().replaceAll('%2C', ',');
  return query === '' ? '' : `?${query}`;
}

export function isFiltered({ search, environments, statuses, regions }: Filters): boolean {
  return search.trim() !== '' || environments.length + statuses.length + regions.length > 0;
}

/** The filters as variables of the query, without what is not filtered: each set of them is a list of its own. */
export function toVariables(filters: Filters): { filter: WorkspaceFilter; orderBy: WorkspaceOrder } {
  const search = filters.search.trim();
  const [, field, direction] = /^(.*)_(ASC|DESC)$/.exec(filters.order) ?? [];
  return {
    filter: {
      ...(search !== '' && { search }),
      ...(filters.environments.length > 0 && { environments: [...filters.environments] }),
      ...(filters.statuses.length > 0 && { statuses: [...filters.statuses] }),
      ...(filters.regions.length > 0 && { regions: [...filters.regions] }),
    },
    orderBy: { field, direction } as WorkspaceOrder,
  };
}
