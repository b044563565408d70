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
  type UserError,
} from './errors.js';
import type { Events } from './events.js';
import { randomHex } from './hex.js';
import { idempotencyKeyOf } from './idempotency.js';
import { asJson } from './json.js';
import { within } from './limit.js';
import type { EndEvent, Fetch, RequestEvent } from './options.js';
import type { NamedOperation, PersistedQueries } from './persisted-queries.js';
import { pauseMs, retryAfterMs, wasNeverSent } from './retry.js';
import { redacted, safeCause } from './secrets.js';
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
  readonly url: () => string;
  readonly send: Fetch;
  readonly events: Events;
  readonly persistedQueries: PersistedQueries | undefined;
}

/** How one call is made; all of it is checked. */
export interface CallSettings {
  readonly tokens: TokenSource;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly maxRetries: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/** One call: as many requests as it takes, in the time that it has. */
export class Call {
  /** By which those who hear of it know it again. */
  readonly #id = randomHex(8);
  readonly #startedAt = performance.now();
  readonly #connection: Connection;
  readonly #url: string;
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

  /** Throws TypeError for variables that are no JSON, and for an endpoint that is relative to nothing. */
  constructor(connection: Connection, operation: Operation, settings: CallSettings) {
    this.#connection = connection;
    this.#document = operation.document;
    this.#url = connection.url();
    this.#variables = operation.variables && asJson(operation.variables, 'variables');
    this.#settings = settings;
    this.#outline = outlineOf(operation.document);
    this.#idempotencyKey = idempotencyKeyOf(this.#variables);
    this.#isRepeatable = operation.isRepeatable || this.#outline.isQuery || this.#idempotencyKey !== undefined;
    this.#endsAt = this.#startedAt + settings.deadlineMs;
  }

  /** Throws TokenVueError for anything but a complete result, and tells of its end. */
  async run(): Promise<Answer> {
    const { events } = this.#connection;
    const end = (outcome: Pick<EndEvent, 'error' | 'userErrors'>) =>
      events.tell('onEnd', { ...this.#event(), durationMs: performance.now() - this.#startedAt, ...outcome });
    try {
      const answer = await this.#answer();
      end({ error: undefined, userErrors: userErrorsIn(answer) });
      return answer;
    } catch (error) {
      if (error instanceof TokenVueError) end({ error, userErrors: [] });
      throw error;
    }
  }

  async #answer(): Promise<Answer> {
    const { events, persistedQueries } = this.#connection;
    const { tokens } = this.#settings;
    const document = this.#document;
    let named = (await persistedQueries?.name(document)) ?? { query: document };
    let isRefreshed = false;
    let retries = 0;
    let token = await this.#token();
    for (;;) {
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
          token = await this.#token();
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
    const { tokens } = this.#settings;
    try {
      return await this.#limited(this.#settings.deadlineMs, () => tokens.current());
    } catch (thrown) {
      if (thrown instanceof TimeoutError) tokens.abandon();
      if (thrown instanceof TokenVueError) throw thrown;
      throw new TokenError(this.#context({ cause: safeCause(thrown, tokens.redact) }));
    }
  }

  #attempt(token: BroughtToken, named: NamedOperation): Promise<Answer> {
    const { send, events } = this.#connection;
    const { tokens } = this.#settings;
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
        const response = await send(this.#url, { method: 'POST', headers, body, signal, redirect: 'manual' });
        // A fetch that pays no heed to its signal comes too late.
        signal.throwIfAborted();
        const { status } = response;
        const requestId = redact(response.headers.get('x-request-id') ?? '') || undefined;
        this.#requestId = requestId;
        events.tell('onResponse', { ...this.#event(), status, requestId, durationMs: performance.now() - sentAt });
        const text = await response.text();
        const retryAfter = retryAfterMs(response.headers.get('retry-after') ?? '');
        const details = { retryable: this.#isRepeatable, retryAfterMs: retryAfter };
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
    return { callId: this.#id, operationName: this.#outline.name, attempt: this.#attempts };
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

/** What mutations were refused for, however they were called. */
function userErrorsIn({ data, redact }: Answer): UserError[] {
  return Object.values(data).flatMap((payload: { userErrors?: unknown } | null) => {
    const userErrors = payload?.userErrors;
    return Array.isArray(userErrors) ? redacted(userErrors as UserError[], redact) : [];
  });
}
