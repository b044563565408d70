import { type Answer, readAnswer } from './answer.js';
import { type DocumentOutline, outlineOf } from './document.js';
import {
  AbortError,
  type ErrorContext,
  NetworkError,
  TimeoutError,
  TokenError,
  TokenVueError,
  UnauthenticatedError,
} from './errors.js';
import type { Events } from './events.js';
import { idempotencyKeyOf } from './idempotency.js';
import { within } from './limit.js';
import type { RequestEvent } from './options.js';
import type { NamedOperation, PersistedQueries } from './persisted-queries.js';
import { isPassing, pauseMs, retryAfterMs, wasNeverSent } from './retry.js';
import { safeCause } from './secrets.js';
import type { BroughtToken, TokenSource } from './token-source.js';

/** One GraphQL operation to send. */
export interface Operation {
  document: string;
  variables: unknown;
  /** Whether a mutation does nothing more when it arrives twice, although its input has no `idempotencyKey`. */
  isRepeatable: boolean | undefined;
}

/** What the calls of a client share. */
export interface Connection {
  readonly url: string;
  readonly send: typeof globalThis.fetch;
  readonly tokens: TokenSource;
  readonly events: Events;
  readonly persistedQueries: PersistedQueries | undefined;
}

/** How one call is made; all of it is checked. */
export interface CallSettings {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly maxRetries: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/** One call: as many requests as it takes, in the time that it has. */
export class Call {
  readonly #connection: Connection;
  readonly #document: string;
  /** As they were when the call was made, whatever becomes of the caller's objects. */
  readonly #variables: unknown;
  readonly #settings: CallSettings;
  readonly #outline: DocumentOutline;
  readonly #isRepeatable: boolean;
  readonly #idempotencyKey: string | undefined;
  readonly #endsAt: number;
  #attempts = 0;
  #requestId: string | undefined;

  constructor(connection: Connection, operation: Operation, settings: CallSettings) {
    this.#connection = connection;
    this.#document = operation.document;
    this.#variables = operation.variables && JSON.parse(JSON.stringify(operation.variables));
    this.#settings = settings;
    this.#outline = outlineOf(operation.document);
    this.#idempotencyKey = idempotencyKeyOf(this.#variables);
    this.#isRepeatable = operation.isRepeatable || this.#outline.isQuery || this.#idempotencyKey !== undefined;
    this.#endsAt = performance.now() + settings.deadlineMs;
  }

  /** Throws TokenVueError for anything but a complete result. */
  async run(): Promise<Answer> {
    const { tokens, events, persistedQueries } = this.#connection;
    const document = this.#document;
    let named = (await persistedQueries?.name(document)) ?? { query: document };
    let isRefreshed = false;
    let retries = 0;
    for (;;) {
      const token = await this.#token();
      try {
        const answer = await this.#attempt(token, named);
        events.warn(document, this.#outline.name, answer.deprecations);
        return answer;
      } catch (error) {
        if (!(error instanceof TokenVueError)) throw error;
        if (!named.query && persistedQueries?.wantsText(error.code)) {
          named = { ...(await persistedQueries.name(document)), query: document };
        } else if (this.#isOfToken(error) && tokens.refuse(token) && !isRefreshed) {
          isRefreshed = true;
        } else {
          await this.#pause(error, retries);
          retries += 1;
        }
      }
    }
  }

  /** Whether another token may help: where a part of a change has been done already, it is not asked for again. */
  #isOfToken(error: TokenVueError): boolean {
    return error instanceof UnauthenticatedError && (this.#isRepeatable || error.data === null);
  }

  async #token(): Promise<BroughtToken> {
    const { tokens } = this.#connection;
    try {
      return await this.#limited(this.#settings.deadlineMs, () => tokens.current());
    } catch (thrown) {
      if (thrown instanceof TimeoutError) tokens.abandon();
      if (thrown instanceof TokenVueError) throw thrown;
      throw new TokenError(this.#context({ cause: safeCause(thrown, tokens.redact) }));
    }
  }

  #attempt(token: BroughtToken, named: NamedOperation): Promise<Answer> {
    const { url, send, tokens, events } = this.#connection;
    const operationName = this.#outline.name;
    const body = JSON.stringify({ ...named, variables: this.#variables, operationName });
    const headers = {
      ...this.#settings.headers,
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      authorization: `Bearer ${token.token}`,
    };
    const { redact } = tokens;
    this.#attempts += 1;
    this.#requestId = undefined;
    return this.#limited(this.#settings.timeoutMs, async (signal) => {
      try {
        const sentAt = performance.now();
        events.tell('onRequest', this.#event());
        // What a redirect leads to is not the endpoint, and may be anybody's.
        const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
        // A fetch that pays no heed to its signal comes too late.
        signal.throwIfAborted();
        const { status } = response;
        const requestId = redact(response.headers.get('x-request-id') ?? '') || undefined;
        this.#requestId = requestId;
        events.tell('onResponse', { ...this.#event(), status, requestId, durationMs: performance.now() - sentAt });
        const text = await response.text();
        const isRetried = isPassing(status) && this.#isRepeatable;
        const details = { retryable: isRetried, retryAfterMs: retryAfterMs(response.headers.get('retry-after') ?? '') };
        return readAnswer(response, text, this.#context(details), redact);
      } catch (thrown) {
        if (thrown instanceof TokenVueError) throw thrown;
        const retryable = this.#isRepeatable || wasNeverSent(thrown);
        throw new NetworkError(this.#context({ retryable, cause: safeCause(thrown, redact) }));
      }
    });
  }

  /** Waits before the next attempt, or throws the error when there is none to come. */
  async #pause(error: TokenVueError, retries: number): Promise<void> {
    const delayMs = Math.max(error.retryAfterMs ?? 0, pauseMs(retries));
    const isOver = retries >= this.#settings.maxRetries || performance.now() + delayMs >= this.#endsAt;
    if (!error.retryable || isOver) throw error;
    this.#connection.events.tell('onRetry', { ...this.#event(), delayMs, error });
    await this.#limited(
      this.#settings.deadlineMs,
      (signal) =>
        new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, delayMs);
          signal.addEventListener('abort', () => clearTimeout(timer));
        }),
    );
  }

  /** Does a part of the call until the time given is over, or that of the whole call. */
  #limited<Result>(milliseconds: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { deadlineMs, signal } = this.#settings;
    const left = Math.max(0, this.#endsAt - performance.now());
    const toError = () =>
      signal?.aborted
        ? new AbortError(this.#context({ cause: signal.reason }))
        : new TimeoutError(
            this.#context({ retryable: this.#isRepeatable }),
            left < milliseconds ? deadlineMs : milliseconds,
          );
    return within(Math.min(milliseconds, left), signal, toError, work);
  }

  #event(): RequestEvent {
    return { operationName: this.#outline.name, attempt: this.#attempts };
  }

  #context(details: ErrorContext): ErrorContext {
    return {
      operationName: this.#outline.name,
      idempotencyKey: this.#idempotencyKey,
      attempts: this.#attempts,
      requestId: this.#requestId,
      ...details,
    };
  }
}
