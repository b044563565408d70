import type { Answer } from './answer.js';
import { CallPromise } from './call-promise.js';
import type { AnyDocument, TypedDocument } from './document.js';
import { userErrorsError } from './error-classes.js';
import { AbortError, type ErrorContext, InvalidResponseError, type UserError } from './errors.js';
import type { Conflicts } from './generated/operation-types.js';
import type { CallOptions } from './options.js';
import { type ItemIterator, type IterateOptions, iterateItems, LARGEST_PAGE, type Page } from './pages.js';
import { textOf } from './print.js';
import { redacted } from './secrets.js';
import type { Transport } from './transport.js';

/** What every mutation answers with, beside its results and `conflicting<Noun>`. */
export interface Payload {
  userErrors: UserError[];
}

/** How a mutation is called. */
export interface MutationOptions extends CallOptions {
  /** Whether it does nothing more when it arrives twice, although its input has no `idempotencyKey`. */
  isRepeatable?: boolean | undefined;
}

/** What is left of a payload when there are no userErrors. */
export type Results<P extends Payload> = Omit<P, 'userErrors'>;

export type List<Item> = Page<Item> | null;

/** What has one list, such as a workspace with its members. */
type Holder<Item> = Record<string, List<Item> | string | undefined>;

export type Mutation<P extends Payload, Input> = TypedDocument<Record<string, P | null>, { input: Input }>;

/** Runs typed operations over a transport, and turns what the answer's type leaves open into a value or an exception. */
export class Executor {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The whole result. */
  data<Result, Variables>(
    document: AnyDocument<Result, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): CallPromise<Result> {
    return new CallPromise(this.#send(document, variables, options));
  }

  /** The one root field of the operation, which is null only on failure. */
  field<Value, Variables>(
    document: TypedDocument<Record<string, Value>, Variables>,
    variables: Variables,
    options?: MutationOptions,
  ): CallPromise<NonNullable<Value>> {
    return new CallPromise(this.#root(document, variables, options));
  }

  /** A mutation's results; userErrors are thrown. */
  payload<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    options?: MutationOptions,
  ): CallPromise<Results<P>> {
    return new CallPromise(this.#payload(document, input, options));
  }

  /** As `payload`, with the userErrors that are about a part of the input only; the others are thrown. */
  parts<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    isOfPart: (error: UserError) => boolean,
    options?: MutationOptions,
  ): CallPromise<Results<P> & Payload> {
    const answer = this.#payload(document, input, options, isOfPart);
    return new CallPromise(answer.then(({ userErrors, ...rest }) => ({ ...rest, data: { ...rest.data, userErrors } })));
  }

  /** As `payload`, in which `result` is there. */
  mutate<P extends Payload, Input, Key extends keyof Results<P> & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): CallPromise<Results<P> & Record<Key, NonNullable<P[Key]>>> {
    return new CallPromise(
      this.#payload(document, input, options).then((answer) => ({
        ...answer,
        data: { ...answer.data, [result]: present(answer.data[result], answer, `.${result}`) },
      })),
    );
  }

  /** As `mutate`, for the one result that a mutation is about. */
  result<P extends Payload, Input, Key extends keyof Results<P> & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): CallPromise<NonNullable<P[Key]>> {
    return this.mutate(document, input, result, options).map((results) => results[result]);
  }

  /**
   * The items of all pages of a list, each page asked for when the one before is used up. The list is the query's one root
   * field; or the one field in that, which may be null: then the argument by which it is looked for is named, and
   * NotFoundError is thrown. With null in place of the argument the root field is null for who may not read the list, and
   * ForbiddenError is thrown.
   */
  iterate<Item, Variables>(
    document: TypedDocument<Record<string, List<Item> | Holder<Item> | null>, Variables>,
    variables: Variables,
    { pageSize = LARGEST_PAGE, after: start, ...options }: IterateOptions,
    argument?: string | null,
  ): ItemIterator<Item> {
    let context: ErrorContext = {};
    const cursors = new Set<string | null>([start ?? null]);
    const nextPage = async (after: string | null): Promise<Page<Item>> => {
      const answer: Answer<object> = await this.#send(document, { ...variables, first: pageSize, after }, options);
      context = answer.context;
      const [root] = Object.values(answer.data);
      const list: List<Item> = argument ? root && listIn(root) : root;
      if (!list && argument) {
        const message = 'There is no such list in sight.';
        throw userErrorsError([{ code: 'NOT_FOUND', message, field: [argument] }], context);
      }
      if (list === null && argument === null) {
        const message = 'The viewer may not read this list.';
        throw userErrorsError([{ code: 'FORBIDDEN', message, field: null }], context);
      }
      const page = present(list, answer);
      const { hasNextPage, endCursor } = page.pageInfo;
      if (hasNextPage && cursors.has(endCursor)) {
        // After its items, which are right.
        const error = new InvalidResponseError('The list goes on from the same cursor', answer.status, context);
        const pageInfo = {
          endCursor,
          get hasNextPage(): boolean {
            throw error;
          },
        };
        return { ...page, pageInfo };
      }
      cursors.add(endCursor);
      return page;
    };
    const mayGoOn = () => {
      if (options.signal?.aborted) throw new AbortError({ ...context, cause: options.signal.reason });
    };
    return iterateItems(nextPage, start, mayGoOn);
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
    document: AnyDocument<Result, Variables>,
    variables: Variables | undefined,
    { isRepeatable, ...options }: MutationOptions = {},
  ): Promise<Answer<Result>> {
    const answer = await this.#transport({ document: textOf(document), variables, isRepeatable }, options);
    // The server has validated the operation against the schema that its type was generated from.
    return { ...answer, data: answer.data as Result };
  }
}

/** The one field that is no plain value. */
function listIn<Item>(holder: Holder<Item>): List<Item> {
  return Object.values(holder).find((value) => typeof value === 'object') ?? null;
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
