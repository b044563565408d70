import { GraphQLError, type GraphQLNamedType, isObjectType, type OperationDefinitionNode } from 'graphql';
import { isOpenToGateway } from '../access/gateway-fields.js';
import { requestError } from '../errors.js';
import { nounsKey } from '../fetch/nodes.js';
import { type WalkedOperation, walkFields } from './walk-fields.js';

/** Of an operation that asks for what is closed: nothing of it is done. */
export interface Closed {
  readonly data: Readonly<Record<string, null>>;
  readonly errors: readonly GraphQLError[];
}

/** By operation: documents that come again are looked through once. */
const foundBefore = new WeakMap<OperationDefinitionNode, Closed | null>();

/**
 * What a service with no scope but GATEWAY is answered to an operation that asks for a field which is closed to it, whatever
 * way leads there and whatever directives stand on it; null where it asks for none.
 */
export function answerToClosed(request: WalkedOperation): Closed | null {
  const { operation } = request;
  let found = foundBefore.get(operation);
  if (found === undefined) {
    found = find(request);
    foundBefore.set(operation, found);
  }
  return found;
}

/** Where a gateway is shown objects: all else refuses it by itself, as it refuses everybody without the scope. */
const shownAt: ReadonlySet<string> = new Set(['authorizeGatewayRequest', 'recordUsage', 'node', 'nodes']);

/** What is known of the fields above. */
interface Above {
  /** The field at the top, as the answer names it. */
  readonly top: string;
  readonly isShown: boolean;
}

function find(request: WalkedOperation): Closed | null {
  const nouns = request.schema.extensions[nounsKey] as ReadonlyMap<string, unknown>;
  const data: Record<string, null> = {};
  let error: GraphQLError | null = null;
  walkFields<Above | null>(request, null, ({ node, parent }, above) => {
    const name = node.name.value;
    if (above === null) {
      const top = node.alias?.value ?? name;
      data[top] = null;
      return { top, isShown: shownAt.has(name) };
    }
    if (above.isShown && parent !== undefined && nouns.has(parent.name) && !isOpenToGateway(parent.name, name)) {
      const { message, extensions } = requestError(
        'fieldClosed',
        `A service with no other scope than GATEWAY can not read ${parent.name}.${name}.`,
      );
      error ??= new GraphQLError(message, { nodes: node, path: [above.top], extensions });
    }
    return { ...above, isShown: above.isShown || (isPayload(parent) && name === 'query') };
  });
  return error === null ? null : { data, errors: [error] };
}

function isPayload(type: GraphQLNamedType | undefined): boolean {
  return isObjectType(type) && type.getFields()['userErrors'] !== undefined;
}
