import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestListener,
  type HTTPGraphQLHead,
} from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { SignInRefused, tellRefusedSignIn } from '../auth/refused-sign-in.js';
import { withoutSecrets } from '../auth/secret.js';
import { ClientGone } from '../database/unavailable.js';
import { requestError, requestErrors } from '../errors.js';
import { BoundedCache } from './bounded-cache.js';
import { limitComplexity } from './complexity.js';
import { costs } from './costs.js';
import { deprecations } from './deprecations.js';
import { parseOptions, validationOptions } from './document-bounds.js';
import { gatewayOf, isCheckFailed } from './executor.js';
import { faultOf, sentenceOf } from './faults.js';
import type { RequestContext } from './request-context.js';

/** Documents that are kept parsed, by what they take: some 60 bytes a character where they are written out, to 250. */
const documentsBytesMax = 100_000_000;
const bytesPerCharacter = 200;
const persistedBytesMax = 10_000_000;

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
    parseOptions,
    validationOptions,
    documentStore: new BoundedCache<DocumentNode>(documentsBytesMax, ({ loc }) => bytesPerCharacter * (loc?.end ?? 0)),
    persistedQueries: { cache: new BoundedCache<string>(persistedBytesMax, ({ length }) => 2 * length) },
    formatError: (formatted, error) => toCatalogue(formatted, error),
    // Apollo's landing page would load from a CDN.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      guard(),
      outcomes(),
      deprecations(),
      costs(),
    ],
  });
}

/** Before execution: who is not signed in gets introspection at most, and no operation grows without bound. */
function guard(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    async didResolveOperation({ schema, document, operation, request, contextValue }) {
      if (operation === undefined) throw requestError('operationUnknown', withoutOperation(request.operationName));
      if (!contextValue.isSignedIn && !isIntrospection(document, operation)) throw new SignInRefused('missing');
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

/** Tells the log of what went wrong on our side, gives the answer its status, and every error the request's id. */
function outcomes(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    async didEncounterErrors({ contextValue: { log }, errors, operationName }) {
      const told = new Set<string>();
      for (const error of errors) {
        const original = unwrapResolverError(error);
        const { name } = faultOf(error);
        const sentence = sentenceOf(name);
        if (original instanceof SignInRefused) tellRefusedSignIn(log, original);
        else if (name === 'internal' && !isCheckFailed(error)) {
          log.error({ err: original, operationName }, 'unexpected error');
        } else if (sentence !== null && !told.has(sentence) && !(original instanceof ClientGone)) {
          told.add(sentence);
          log.warn({ err: original, operationName }, sentence);
        }
      }
    },
    async willSendResponse({ contextValue, response }) {
      if (response.body.kind !== 'single' || response.body.singleResult.errors === undefined) return;
      const { data, errors } = response.body.singleResult;
      setStatus(response.http, data, errors);
      response.body.singleResult.errors = errors.map((error) => withRequestId(error, contextValue.requestId));
    },
  };
  return { requestDidStart: async () => listener };
}

/** Where nothing could be answered the status says why; graphql-js calls it an answer when a directive at the top fails. */
function setStatus(
  http: HTTPGraphQLHead,
  data: Readonly<Record<string, unknown>> | null | undefined,
  errors: readonly GraphQLFormattedError[],
): void {
  const isNothing = data == null || Object.values(data).every((value) => value === null);
  const { extensions } = requestError('unavailable');
  if (errors.some((error) => error.extensions?.['code'] === extensions['code'])) {
    const { status, headers } = extensions['http'] as { status: number; headers: ReadonlyMap<string, string> };
    if (isNothing) http.status = status;
    // Also beside what could be answered: the rest may be there then.
    for (const [name, value] of headers) http.headers.set(name, value);
  } else if (data === null && errors.every(({ path }) => path === undefined) && http.status === undefined) {
    http.status = 400;
  }
}

/** The error as it leaves, whoever made it. */
export function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, message: withoutSecrets(error.message), extensions: { ...error.extensions, requestId } };
}

/** Every error leaves with a code of the catalogue; what nobody expected leaves with its mask. */
function toCatalogue({ locations, path }: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { name, code, message } = faultOf(error);
  const extensions = code === requestErrors.requestMalformed.code && name !== null ? { code, reason: name } : { code };
  return { message, ...(locations && { locations }), ...(path && { path }), extensions };
}
