import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { logRefusal } from '../access/refusal-log.js';
import { isGatewayAlone } from '../access/sight.js';
import { CheckFailed } from '../database/transaction.js';
import { withinAnswerSize } from './answer-size.js';
import { answerToClosed } from './closed-fields.js';
import { CompiledQueries } from './compiled-queries.js';
import type { RequestContext } from './request-context.js';
import { variableErrors } from './variables.js';

export { isSafeToCompile } from './compiled-queries.js';

export interface Execution {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

/** How often an operation is executed again because who asks is no longer what they were. */
const repeatsMax = 2;

/**
 * Executes operations with graphql-js, and queries that come again and again as compiled code, which takes about a third
 * of the time. An answer that was made for the actor as they no longer are is thrown away and made again.
 */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #compiled: CompiledQueries;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#compiled = new CompiledQueries(schema);
  }

  /** @throws UNAUTHENTICATED for somebody who may no longer come in. */
  async execute(execution: Execution): Promise<ExecutionResult> {
    return withinAnswerSize(await this.#executeForPresent(execution));
  }

  async #executeForPresent(execution: Execution): Promise<ExecutionResult> {
    const { context } = execution;
    for (let repeats = 0; ; repeats++) {
      const result = await this.#executeOnce(execution);
      const hasFailed = result.errors?.some(isCheckFailed) === true;
      if (!hasFailed && context.isVerified) return result;
      if (hasFailed && mayHaveChanged(execution, result)) return result;
      const holds = await context.holds();
      if (holds && !hasFailed) return result;
      if (repeats === repeatsMax) throw new CheckFailed('Who asks has changed again and again.');
      context.forgetReads();
    }
  }

  async #executeOnce(execution: Execution): Promise<ExecutionResult> {
    const { document, operation, operationName, variables, context } = execution;
    if (context.isSignedIn && isGatewayAlone(context.actor)) {
      const closed = answerToClosed({ schema: this.#schema, document, operation }, context.actor);
      if (closed !== null) {
        logRefusal(context, 'workspace.read');
        return closed;
      }
    }
    const errors = variableErrors(this.#schema, operation, variables);
    if (errors.length > 0) return { errors };
    const compiled = await this.#executeCompiled(execution);
    if (compiled !== null) return compiled;
    return execute({
      schema: this.#schema,
      document,
      contextValue: context,
      variableValues: variables,
      operationName: operationName ?? null,
    });
  }

  /**
   * Null where there is no code for it, or something goes wrong: graphql-js then also says what is wrong, and where, so that
   * an answer never hangs on how often a query came.
   */
  async #executeCompiled({ document, operation, variables, context }: Execution): Promise<ExecutionResult | null> {
    const compiled = this.#compiled.of(document);
    if (compiled === null) return null;
    const coerced = coercedVariables(this.#schema, operation, variables);
    if (coerced === null) return null;
    try {
      const result = await compiled.query(undefined, context, coerced);
      if (result.errors === undefined || result.errors.some(isCheckFailed)) return result;
    } catch {
      // Only queries are compiled, so all of it can be done again.
    }
    context.forgetReads();
    return null;
  }
}

/** Whether the error only says that who asks is no longer what they were. */
export function isCheckFailed(error: unknown): boolean {
  return error instanceof GraphQLError && error.originalError instanceof CheckFailed;
}

/**
 * Whether a mutation with a failed check may have changed something, so that doing it again would change it twice. A check
 * that fails undoes its own command; below a payload none fails once anything was written.
 */
function mayHaveChanged({ operation, context }: Execution, { data, errors = [] }: ExecutionResult): boolean {
  if (operation.operation !== 'mutation') return false;
  const undone = new Set(errors.filter(isCheckFailed).flatMap(({ path }) => (path?.length === 1 ? path : [])));
  if (undone.size === 0) return context.isVerified;
  return data == null || Object.keys(data).some((field) => !undone.has(field));
}

/**
 * The variables with their defaults, as the operation means them; null where they are wrong. Given to the compiled code,
 * which reads them once more, they stay what they are.
 */
function coercedVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  if (variableDefinitions.length === 0) return {};
  return getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 }).coerced ?? null;
}

/** Hands the executor to Apollo, which takes one only from a gateway. */
export function gatewayOf(schema: GraphQLSchema): ApolloServerOptionsWithGateway<RequestContext>['gateway'] {
  const executor = new Executor(schema);
  return {
    onSchemaLoadOrUpdate(listen) {
      listen({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    load: async () => ({
      executor: async ({ document, operation, operationName, request, context }) =>
        executor.execute({
          document,
          operation,
          operationName,
          variables: request.variables ?? {},
          context: context as unknown as RequestContext,
        }),
    }),
    stop: async () => {},
  };
}
