import { CallPromise } from './call-promise.js';
import type { TypedDocument } from './document.js';
import type { CallOptions, ClientOptions } from './options.js';
import { createTransport, type Transport } from './transport.js';

/** The arguments that stand behind a document: its variables may be left out where it needs none. */
export type RequestArguments<Variables> =
  Record<never, never> extends Variables
    ? [variables?: Variables, call?: CallOptions]
    : [variables: Variables, call?: CallOptions];

/**
 * Runs operations that it is given as texts, with all that TokenVueClient does: token, retries, times, hooks and errors. It
 * knows no operation by itself.
 */
export class TokenVueCore {
  readonly #transport: Transport;

  /** Throws TypeError for an endpoint, token or header that cannot be sent. Sends nothing yet. */
  constructor(options: ClientOptions) {
    this.#transport = createTransport(options);
  }

  /** @internal What everything is sent with. */
  get transport(): Transport {
    return this.#transport;
  }

  /**
   * Runs an operation and answers with its whole `data`. A typed document brings the types of its result and variables; for
   * a plain text they are given as type arguments. A mutation's `userErrors` are not thrown here: they are in the result if
   * the operation asks for them. It is sent again as other methods are when it is a query, or a mutation whose `input` has
   * an `idempotencyKey`.
   */
  request<Result = unknown, Variables = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    ...[variables, call]: RequestArguments<Variables>
  ): CallPromise<Result> {
    const operation = { document: document.toString(), variables, isRepeatable: undefined };
    // The server has validated the operation against the schema that its type was generated from.
    return new CallPromise(
      this.#transport(operation, call).then((answer) => ({ ...answer, data: answer.data as Result })),
    );
  }
}
