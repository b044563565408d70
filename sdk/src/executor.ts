import type { Answer } from './answer.js';
import type { TypedDocument } from './document.js';
import { userErrorsError } from './error-classes.js';
import { type Conflict, InvalidResponseError, type UserError } from './errors.js';
import type { CallOptions } from './options.js';
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

/** The one field of a result and its value, with what else is known of the answer. */
interface Root<Value> extends Omit<Answer, 'data'> {
  field: string;
  value: NonNullable<Value>;
}

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
    return (await this.#root(document, variables, options)).value;
  }

  /** A mutation's payload; userErrors are thrown. */
  async payload<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    options?: MutationOptions,
  ): Promise<P> {
    return (await this.#payload(document, input, options)).value;
  }

  /** As `payload`, in which `result` is there. */
  async mutate<P extends Payload, Input, Key extends keyof P & string>(
    document: Mutation<P, Input>,
    input: Input,
    result: Key,
    options?: MutationOptions,
  ): Promise<P & Record<Key, NonNullable<P[Key]>>> {
    const { field, value, ...answer } = await this.#payload(document, input, options);
    return Object.assign(value, { [result]: present(value[result], `${field}.${result}`, answer) });
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

  async #payload<P extends Payload, Input>(
    document: Mutation<P, Input>,
    input: Input,
    options?: MutationOptions,
  ): Promise<Root<P | null>> {
    const root = await this.#root(document, { input }, options);
    const { userErrors, conflictingWorkspace, conflictingVirtualKey } = root.value;
    const [first, ...others] = userErrors;
    if (first) {
      throw userErrorsError([first, ...others], { ...root.context, conflictingWorkspace, conflictingVirtualKey });
    }
    return root;
  }

  async #root<Value, Variables>(
    document: TypedDocument<Record<string, Value>, Variables>,
    variables: Variables,
    options?: MutationOptions,
  ): Promise<Root<Value>> {
    const { data, ...answer } = await this.#send(document, variables, options);
    const [[field, value] = ['the operation', null]] = Object.entries(data);
    return { ...answer, field, value: present(value, field, answer) };
  }

  async #send<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables | undefined,
    { isRepeatable, ...options }: MutationOptions = {},
  ): Promise<Omit<Answer, 'data'> & { data: Result }> {
    const answer = await this.#transport({ document: document.toString(), variables, isRepeatable }, options);
    // The server has validated the operation against the schema that its type was generated from.
    return { ...answer, data: answer.data as Result };
  }
}

function present<Value>(value: Value, field: string, { status, context }: Omit<Answer, 'data'>): NonNullable<Value> {
  if (value === null || value === undefined) {
    throw new InvalidResponseError(`The server answered null for ${field} and did not say why`, status, context);
  }
  return value;
}
