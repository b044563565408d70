import type { Answer } from './answer.js';
import type { TypedDocument } from './document.js';
import { userErrorsError } from './error-classes.js';
import { AbortError, type Conflict, InvalidResponseError, type UserError } from './errors.js';
import type { CallOptions } from './options.js';
import { type IterateOptions, LARGEST_PAGE, type Page } from './pages.js';
import { redacted } from './secrets.js';
import type { Transport } from './transport.js';

/** What every mutation answers with, beside its results. */
interface Payload extends Conflict {
  userErrors: UserError[];
}

/** How a mutation is called. */
export interface MutationOptions extends CallOptions {
  /** Whether it does nothing more when it arrives twice, although its input has no `idempotencyKey`. */
  isRepeatable?: boolean | undefined;
}

type Mutation<P extends Payload, Input> = TypedDocument<Record<string, P | null>, { input: Input }>;

/** Runs typed operations over a transport, and turns what the answer's type leaves open into a value or an exception. */
export class Executor {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The whole result. */
  async data<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<Result> {
    return (await this.#send(document, variables, options)).data;
  }

  /** The one root field of the query, which is null only on failure. */
  async field<Value, Variables>(
    document: TypedDocument<Record<string, Value>, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<NonNullable<Value>> {
    return (await this.#root(document, variables, options)).data;
  }

  /** A mutation's payload; userErrors are thrown. */
  async payload<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    options?: MutationOptions,
  ): Promise<P> {
    return (await this.#payload(document, input, options)).data;
  }

  /** As `payload`, in which `result` is there. */
  async mutate<P extends Payload, Input, Key extends keyof P & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): Promise<P & Record<Key, NonNullable<P[Key]>>> {
    const answer = await this.#payload(document, input, options);
    present(answer.data[result], answer, `.${result}`);
    return answer.data as P & Record<Key, NonNullable<P[Key]>>;
  }

  /** As `mutate`, for the one result that a mutation is about. */
  async result<P extends Payload, Input, Key extends keyof P & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): Promise<NonNullable<P[Key]>> {
    return (await this.mutate(document, input, result, options))[result];
  }

  /**
   * The items of all pages of a list, each page asked for when the one before is used up. Where there may be no list, the
   * argument by which it is looked for is named, and NotFoundError is thrown.
   */
  async *iterate<Result, Variables, Item>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    listOf: (result: Result) => Page<Item> | null | undefined,
    { pageSize = LARGEST_PAGE, ...options }: IterateOptions,
    argument?: string,
  ): AsyncGenerator<Item, void, undefined> {
    const cursors = new Set<string | null>([null]);
    let after: string | null = null;
    for (;;) {
      const answer: Answer<Result> = await this.#send(document, { ...variables, first: pageSize, after }, options);
      const { context, status } = answer;
      const list = listOf(answer.data);
      if (!list && argument !== undefined) {
        const message = 'There is no such list in sight.';
        throw userErrorsError([{ code: 'NOT_FOUND', message, field: [argument] }], context);
      }
      const { nodes, pageInfo } = present(list, answer);
      for (const item of nodes) {
        if (options.signal?.aborted) throw new AbortError({ ...context, cause: options.signal.reason });
        yield item;
      }
      if (!pageInfo.hasNextPage) return;
      after = pageInfo.endCursor;
      if (cursors.has(after)) {
        throw new InvalidResponseError('The list goes on from the same cursor', status, context);
      }
      cursors.add(after);
    }
  }

  async #payload<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    options?: MutationOptions,
  ): Promise<Answer<P>> {
    const answer = await this.#root(document, { input }, options);
    const { userErrors, conflictingWorkspace, conflictingVirtualKey } = answer.data;
    const [first, ...others] = redacted(present(userErrors, answer, '.userErrors'), answer.redact);
    if (first) {
      throw userErrorsError([first, ...others], { ...answer.context, conflictingWorkspace, conflictingVirtualKey });
    }
    return answer;
  }

  async #root<Value, Variables>(
    document: TypedDocument<Record<string, Value>, Variables>,
    variables: Variables,
    options?: MutationOptions,
  ): Promise<Answer<NonNullable<Value>>> {
    const answer = await this.#send(document, variables, options);
    return { ...answer, data: present(Object.values(answer.data)[0], answer) };
  }

  async #send<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables | undefined,
    { isRepeatable, ...options }: MutationOptions = {},
  ): Promise<Answer<Result>> {
    const answer = await this.#transport({ document: document.toString(), variables, isRepeatable }, options);
    // The server has validated the operation against the schema that its type was generated from.
    return { ...answer, data: answer.data as Result };
  }
}

function present<Value>(value: Value, { status, context }: Answer<unknown>, path = ''): NonNullable<Value> {
  if (value === null || value === undefined) {
    const message = `The server answered null for ${context.operationName}${path} without a reason`;
    throw new InvalidResponseError(message, status, context);
  }
  return value;
}
