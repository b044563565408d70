import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { complexityMax } from '../fetch/cost.js';
import { costOf } from './complexity.js';
import type { RequestContext } from './request-context.js';

/**
 * Says in `extensions.cost` what the operation counts as and how much may be, to who asks for it with `"cost": true` among
 * the extensions of the request; also where it is refused for that.
 */
export function costs(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    async willSendResponse({ schema, document, operation, request, response }) {
      if (document === undefined || operation == null || response.body.kind !== 'single') return;
      const values = Math.ceil(costOf({ schema, document, operation, variables: request.variables ?? {} }));
      const { singleResult } = response.body;
      singleResult.extensions = { ...singleResult.extensions, cost: { values, max: complexityMax } };
    },
  };
  return { requestDidStart: async ({ request }) => (request.extensions?.['cost'] === true ? listener : {}) };
}
