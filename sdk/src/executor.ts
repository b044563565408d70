import type { Answer } from './answer.js';
import type { TypedDocument } from './document.js';
import { userErrorsError } from './error-classes.js';
import { AbortError, InvalidResponseError, type UserError } from './errors.js';
import type { Conflicts } from './generated/operation-types.js';
import type { CallOptions } from './options.js';
import { type IterateOptions, LARGEST_PAGE, type Page } from './pages.js';
import { redacted } from './secrets.js';
import type { Transport } from './transport.js';

/** What every mutation answers with, beside its results and `conflicting<Noun>`. */
interface Payload {
  userErrors: UserError[];
}

/** How a mutation is called. */
export interface MutationOptions extends CallOptions {
  /** Whether it does nothing more when it arrives twice, although its input has no `idempotencyKey`. */
  isRepeatable?: boolean | undefined;
}

/** What is left of a payload when there are no userErrors. */
type Results<P extends Payload> = Omit<P, 'userErrors'>;

type List<Item> = Page<Item> | null;

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

  /** The one root field of the operation, which is null only on failure. */
  async field<Value, Variables>(
    document: TypedDocument<Record<string, Value>, Variables>,
    variables: Variables,
    options?: MutationOptions,
  ): Promise<NonNullable<Value>> {
    return (await this.#root(document, variables, options)).data;
  }

  /** A mutation's results; userErrors are thrown. */
  async payload<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    options?: MutationOptions,
  ): Promise<Results<P>> {
    return (await this.#payload(document, input, options)).data;
  }

  /** As `payload`, with the userErrors that are about a part of the input only; the others are thrown. */
  async parts<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    isOfPart: (error: UserError) => boolean,
    options?: MutationOptions,
  ): Promise<Results<P> & Payload> {
    const { data, userErrors } = await this.#payload(document, input, options, isOfPart);
    return { ...data, userErrors };
  }

  /** As `payload`, in which `result` is there. */
  async mutate<P extends Payload, Input, Key extends keyof Results<P> & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): Promise<Results<P> & Record<Key, NonNullable<P[Key]>>> {
    const answer = await this.#payload(document, input, options);
    return { ...answer.data, [result]: present(answer.data[result], answer, `.${result}`) };
  }

  /** As `mutate`, for the one result that a mutation is about. */
  async result<P extends Payload, Input, Key extends keyof Results<P> & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): Promise<NonNullable<P[Key]>> {
    return (await this.mutate(document, input, result, options))[result];
  }

  /**
   * The items of all pages of a list, each page asked for when the one before is used up. The list is the query's one root
   * field; or the one field in that, which may be null: then the argument by which it is looked for is named, and
   * NotFoundError is thrown. With null in place of the argument the root field is null for who may not read the list, and
   * ForbiddenError is thrown.
   */
  async *iterate<Item, Variables>(
    document: TypedDocument<Record<string, List<Item> | Record<string, List<Item>> | null>, Variables>,
    variables: Variables,
    { pageSize = LARGEST_PAGE, ...options }: IterateOptions,
    argument?: string | null,
  ): AsyncGenerator<Item, void, undefined> {
    const cursors = new Set<string | null>([null]);
    let after: string | null = null;
    for (;;) {
      const answer: Answer<object> = await this.#send(document, { ...variables, first: pageSize, after }, options);
      const { context, status } = answer;
      const [root] = Object.values(answer.data);
      const list: List<Item> = argument ? root && Object.values(root)[0] : root;
      if (!list && argument) {
        const message = 'There is no such list in sight.';
        throw userErrorsError([{ code: 'NOT_FOUND', message, field: [argument] }], context);
      }
      if (list === null && argument === null) {
        const message = 'The viewer may not read this list.';
        throw userErrorsError([{ code: 'FORBIDDEN', message, field: null }], context);
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
    isOfPart: (error: UserError) => boolean = () => false,
  ): Promise<Answer<Results<P>> & Payload> {
    const answer = await this.#root(document, { input }, options);
    const { userErrors: all, ...results } = answer.data;
    const userErrors = redacted(present(all, answer, '.userErrors'), answer.redact);
    const [first, ...others] = userErrors.filter((error) => !isOfPart(error));
    if (first) throw userErrorsError([first, ...others], { ...answer.context, conflicts: conflictsIn(results) });
    return { ...answer, data: results, userErrors };
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

/** What somebody else changed first, by its noun: the payload's `conflictingWorkspace` as `workspace`. */
function conflictsIn(payload: object): Conflicts {
  const conflicts: Record<string, unknown> = {};
  for (const [field, present] of Object.entries(payload)) {
    const [, noun] = field.split(/^conflicting/);
    if (noun) conflicts[noun.charAt(0).toLowerCase() + noun.slice(1)] = present;
  }
  return conflicts;
}

function present<Value>(value: Value, { status, context }: Answer<unknown>, path = ''): NonNullable<Value> {
  if (value === null || value === undefined) {
    const message = `The server answered null for ${context.operationName}${path} without a reason`;
    throw new InvalidResponseError(message, status, context);
  }
  return value;
}
