import type { Answer } from './answer.js';

/** What came with a result. */
export interface ResponseDetails {
  /** The HTTP status. */
  readonly status: number;
  /** As the runtime's `fetch` has them; in a browser, of another origin only those that the server exposes. */
  readonly headers: { get(name: string): string | null };
  /** The server's `x-request-id`, to be quoted to whoever runs the server. */
  readonly requestId: string | undefined;
  /** How many requests were sent, this one included. */
  readonly attempts: number;
}

/** A result, and the answer that brought it. */
export interface WithResponse<Result> {
  readonly data: Result;
  readonly response: ResponseDetails;
}

/** The promise of a call's result, from which what came with it can be had too. */
export class CallPromise<Result> extends Promise<Result> {
  readonly #answer: Promise<Answer<Result>>;

  /** @internal Made by the client. */
  constructor(answer: Promise<Answer<Result>>) {
    // What is waited for is the answer: so that one that fails is somebody's who asked for it with its response.
    super(() => {});
    this.#answer = answer;
  }

  /** What is made of it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The result with the request's id and the headers of the answer; rejects as the call does. */
  async withResponse(): Promise<WithResponse<Result>> {
    const { data, status, headers, context } = await this.#answer;
    const { requestId, attempts = 0 } = context;
    return { data, response: { status, headers, requestId, attempts } };
  }

  /** @internal The promise of what a function makes of the result. */
  map<Other>(change: (result: Result) => Other): CallPromise<Other> {
    return new CallPromise(this.#answer.then((answer) => ({ ...answer, data: change(answer.data) })));
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((result: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#answer.then(({ data }) => data).then(onFulfilled, onRejected);
  }
}
