import { GraphQLError, type GraphQLNamedType, isObjectType, type OperationDefinitionNode } from 'graphql';
import type { Actor } from '../access/actor.js';
import { isOpenToGateway } from '../access/gateway-fields.js';
import { mayAnywhere } from '../access/permissions.js';
import { requestError } from '../errors.js';
import { nounsKey } from '../fetch/nodes.js';
import { type WalkedOperation, walkFields } from './walk-fields.js';

/** Of an operation that asks for what is closed: nothing of it is done. */
export interface Closed {
  readonly data: Readonly<Record<string, null>>;
  readonly errors: readonly GraphQLError[];
}

type Found = WeakMap<OperationDefinitionNode, Closed | null>;

/** By operation: documents that come again are looked through once, for gateways that read people and for the others. */
const foundBefore: Readonly<Record<'people' | 'others', Found>> = { people: new WeakMap(), others: new WeakMap() };

/**
 * What a gateway, a service that may not read workspaces, is answered to an operation that asks for a field which is closed to it, whatever
 * way leads there and whatever directives stand on it; null where it asks for none.
 */
export function answerToClosed(request: WalkedOperation, actor: Actor): Closed | null {
  const { operation } = request;
  const readsPeople = mayAnywhere(actor, 'person.read');
  const before = foundBefore[readsPeople ? 'people' : 'others'];
  let found = before.get(operation);
  if (found === undefined) {
    found = find(request, readsPeople);
    before.set(operation, found);
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

function find(request: WalkedOperation, readsPeople: boolean): Closed | null {
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
    const isNoun = parent !== undefined && nouns.has(parent.name);
    if (above.isShown && isNoun && !isOpenToGateway(parent.name, name, readsPeople)) {
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
