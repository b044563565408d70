import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { type DocumentNode, type GraphQLSchema, NoDeprecatedCustomRule, validate } from 'graphql';
import type { RequestContext } from './request-context.js';

/**
 * Tells the client in `extensions.deprecations` of everything deprecated that its operation uses, a sentence each, so
 * that whoever runs the client hears of it before it is gone. Each operation is looked through once.
 */
export function deprecations(): ApolloServerPlugin<RequestContext> {
  let find: (document: DocumentNode) => readonly string[];
  const listener: GraphQLRequestListener<RequestContext> = {
    async willSendResponse({ document, response }) {
      if (document === undefined || response.body.kind !== 'single') return;
      const found = find(document);
      if (found.length === 0) return;
      const { singleResult } = response.body;
      singleResult.extensions = { ...singleResult.extensions, deprecations: found };
    },
  };
  return {
    async serverWillStart({ schema }) {
      find = finder(schema);
    },
    requestDidStart: async () => listener,
  };
}

function finder(schema: GraphQLSchema): (document: DocumentNode) => readonly string[] {
  if (!hasDeprecations(schema)) return () => [];
  // The same text is the same document for as long as Apollo remembers it.
  const known = new WeakMap<DocumentNode, readonly string[]>();
  return (document) => {
    let found = known.get(document);
    if (found === undefined) {
      found = [...new Set(validate(schema, document, [NoDeprecatedCustomRule]).map(({ message }) => message))];
      known.set(document, found);
    }
    return found;
  };
}

function hasDeprecations(schema: GraphQLSchema): boolean {
  return Object.values(schema.getTypeMap()).some((type) => {
    if (type.name.startsWith('__')) return false;
    if ('getValues' in type) return type.getValues().some(isDeprecated);
    if (!('getFields' in type)) return false;
    return Object.values(type.getFields()).some(
      (field) => isDeprecated(field) || ('args' in field && field.args.some(isDeprecated)),
    );
  });
}

function isDeprecated({ deprecationReason }: { deprecationReason?: string | null | undefined }): boolean {
  return deprecationReason != null;
}
