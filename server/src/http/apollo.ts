import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestListener } from '@apollo/server';
import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { withoutSecrets } from '../auth/secret.js';
import { requestError, requestErrors } from '../errors.js';
import { limitComplexity } from './complexity.js';
import { deprecations } from './deprecations.js';
import { gatewayOf, isCheckFailed } from './executor.js';
import type { RequestContext } from './request-context.js';
import { withoutLiterals } from './value-errors.js';

const parsedTokensMax = 10_000;

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
}

/** Apollo Server with the project's rules for errors, sign-in and size; it knows nothing of HTTP frameworks. */
export function createApollo({ schema, introspection }: ApolloOptions): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    gateway: gatewayOf(schema),
    introspection,
    // Sign-in is by header only, which no browser adds by itself, so there is no request to forge.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens: parsedTokensMax },
    formatError: (formatted, error) => toCatalogue(formatted, error),
    // Apollo's landing page would load from a CDN.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      guard(),
      requestIds(),
      deprecations(),
    ],
  });
}

/** Before execution: who is not signed in gets introspection at most, and no operation grows without bound. */
function guard(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    async didResolveOperation({ schema, document, operation, request, contextValue }) {
      if (operation === undefined) throw requestError('requestMalformed', withoutOperation(request.operationName));
      if (!contextValue.isSignedIn && !isIntrospection(document, operation)) throw requestError('unauthenticated');
      if (!schema.getRootType(operation.operation)) {
        throw requestError('requestMalformed', `There is no ${operation.operation} in this schema.`);
      }
      limitComplexity({ schema, document, operation, variables: request.variables ?? {} });
    },
  };
  return { requestDidStart: async () => listener };
}

function withoutOperation(name: string | undefined): string {
  return name === undefined
    ? 'The document has several operations, or none: an operation name ("operationName") must say which to run.'
    : `There is no operation "${name}" in the document.`;
}

const introspectionFields = new Set(['__schema', '__type', '__typename']);

/** Whether the operation asks for nothing but the schema, whatever fragments it uses. */
function isIntrospection(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const selections = [operation.selectionSet, ...document.definitions.flatMap(rootFragment)];
  return (
    operation.operation === 'query' &&
    selections.every((set) =>
      set.selections.every((selection) =>
        selection.kind === Kind.FIELD
          ? introspectionFields.has(selection.name.value)
          : selection.kind === Kind.FRAGMENT_SPREAD,
      ),
    )
  );
}

/** Fragments on the root type are where its fields could hide. */
function rootFragment(definition: DocumentNode['definitions'][number]) {
  const isRoot =
    definition.kind === Kind.FRAGMENT_DEFINITION && ['Query', 'Mutation'].includes(definition.typeCondition.name.value);
  return isRoot ? [definition.selectionSet] : [];
}

/** Tells the log of what went wrong on our side, and every error of the request that it belongs to. */
function requestIds(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    async didEncounterErrors({ contextValue, errors, operationName }) {
      for (const error of errors) {
        const original = unwrapResolverError(error);
        if (isExpected(original) || isCheckFailed(error)) continue;
        contextValue.log.error({ err: original, operationName }, 'unexpected error');
      }
    },
    async willSendResponse({ contextValue, response }) {
      if (response.body.kind !== 'single' || response.body.singleResult.errors === undefined) return;
      response.body.singleResult.errors = response.body.singleResult.errors.map((error) =>
        withRequestId(error, contextValue.requestId),
      );
    },
  };
  return { requestDidStart: async () => listener };
}

/** The error as it leaves, whoever made it. */
export function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, message: withoutSecrets(error.message), extensions: { ...error.extensions, requestId } };
}

/** An error of graphql-js, of Apollo or of ours; anything else that a resolver throws is a fault. */
function isExpected(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && (error.originalError == null || error.originalError instanceof GraphQLError);
}

const protocolCodes: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
]);
const clientFaults: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.BAD_USER_INPUT,
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
]);
const ownCodes: ReadonlySet<unknown> = new Set(Object.values(requestErrors).map((entry) => entry.code));

/** Every error leaves with a code of the catalogue; what nobody expected leaves with its mask. */
function toCatalogue(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  const { message, locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (protocolCodes.has(code)) return { message, ...place, extensions: { code } };
  const { internal, requestMalformed } = requestErrors;
  if (clientFaults.has(code) && isExpected(unwrapResolverError(error))) {
    return { message: withoutLiterals(message), ...place, extensions: { code: requestMalformed.code } };
  }
  if (ownCodes.has(code) && code !== internal.code) return { message, ...place, extensions: { code } };
  return {
    message: internal.message,
    ...place,
    extensions: { code: internal.code },
  };
}
