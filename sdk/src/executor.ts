import type { TypedDocument } from './document.js';
import { type Conflict, InvalidResponseError, type UserError, userErrorsError } from './errors.js';
import type { Answer, Transport } from './transport.js';

/** What every mutation answers with, beside its results. */
interface Payload extends Conflict {
  userErrors: UserError[];
}

/** Runs typed operations over a transport, and turns what the answer's type leaves open into a value or an exception. */
export class Executor {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The whole result. */
  async data<Result, Variables>(document: TypedDocument<Result, Variables>, variables?: Variables): Promise<Result> {
    return (await this.#send(document, variables)).data;
  }

  /** One root field that is null only on failure. */
  async field<Result, Variables, Field extends keyof Result & string>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    field: Field,
  ): Promise<NonNullable<Result[Field]>> {
    const { data, ...answer } = await this.#send(document, variables);
    return present(data[field], field, answer);
  }

  /** A mutation's payload; userErrors are thrown. */
  async payload<Field extends string, P extends Payload, Input>(
    document: TypedDocument<Record<Field, P | null>, { input: Input }>,
    input: Input,
    field: Field,
  ): Promise<P> {
    return (await this.#payload(document, input, field)).payload;
  }

  /** As `payload`, in which `result` is there. */
  async mutate<Field extends string, P extends Payload, Input, Key extends keyof P & string>(
    document: TypedDocument<Record<Field, P | null>, { input: Input }>,
    input: Input,
    field: Field,
    result: Key,
  ): Promise<P & Record<Key, NonNullable<P[Key]>>> {
    const { payload, answer } = await this.#payload(document, input, field);
    return {
      ...payload,
      [result]: present(payload[result], `${field}.${result}`, answer),
    };
  }

  /** As `mutate`, for the one result that a mutation is about. */
  async result<Field extends string, P extends Payload, Input, Key extends keyof P & string>(
    document: TypedDocument<Record<Field, P | null>, { input: Input }>,
    input: Input,
    field: Field,
    result: Key,
  ): Promise<NonNullable<P[Key]>> {
    return (await this.mutate(document, input, field, result))[result];
  }

  async #payload<Field extends string, P extends Payload, Input>(
    document: TypedDocument<Record<Field, P | null>, { input: Input }>,
    input: Input,
    field: Field,
  ): Promise<{ payload: P; answer: Omit<Answer, 'data'> }> {
    const { data, ...answer } = await this.#send(document, { input });
    const payload: P = present(data[field], field, answer);
    const [first, ...others] = payload.userErrors;
    if (first) {
      const { conflictingWorkspace, conflictingVirtualKey } = payload;
      const conflict: Conflict = { conflictingWorkspace, conflictingVirtualKey };
      throw userErrorsError([first, ...others], { ...answer.context, ...conflict });
    }
    return { payload, answer };
  }

  async #send<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables | undefined,
  ): Promise<Omit<Answer, 'data'> & { data: Result }> {
    const answer = await this.#transport({
      document: document.toString(),
      variables,
    });
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
