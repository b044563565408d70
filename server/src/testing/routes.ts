import { mutate } from './fixtures.js';
import { uuidOf } from './rows.js';
import type { Person } from './test-server.js';
import { server } from './use-server.js';

const routeFields =
  'id model strategy version createdAt updatedAt workspace { id } targets { llmConfiguration { id name } weight }';

export interface Route {
  readonly id: string;
  readonly model: string;
  readonly strategy: string;
  readonly version: number;
  readonly targets: readonly { readonly llmConfiguration: { readonly id: string }; readonly weight: number }[];
}

/** FALLBACK in the order of the ids, unless the input says otherwise. */
export function setRoute(who: Person, ids: readonly string[], input: object) {
  return mutate<{ modelRoute: Route | null; conflictingModelRoute: Route | null }>(server, who, {
    name: 'setModelRoute',
    input: {
      model: 'fast',
      strategy: 'FALLBACK',
      targets: ids.map((llmConfigurationId) => ({ llmConfigurationId })),
      ...input,
    },
    fields: `modelRoute { ${routeFields} } conflictingModelRoute { ${routeFields} }`,
  });
}

export const deleteRoute = (who: Person, input: object) =>
  mutate<{ deletedId: string | null }>(server, who, { name: 'deleteModelRoute', input, fields: 'deletedId' });

/** What authorizing finds beside a route; configurations by their UUIDs. */
export interface Eligible {
  readonly ids: readonly string[];
  readonly versions: readonly number[];
  readonly weights: readonly number[];
  readonly inputPrices: readonly string[];
  readonly outputPrices: readonly string[];
}

export async function eligibleOf(routeId: string): Promise<Eligible | undefined> {
  const [eligible] = await server.database.rows<Eligible>({
    text: `SELECT eligible_ids AS ids, eligible_versions AS versions, eligible_weights AS weights,
        eligible_input_prices::text[] AS "inputPrices", eligible_output_prices::text[] AS "outputPrices"
      FROM model_routes WHERE id = $1`,
    values: [uuidOf(routeId)],
  });
  return eligible;
}
