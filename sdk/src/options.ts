import type { TokenVueError } from './errors.js';

/** How one call is made; what is given here stands in the place of what the client was made with. */
export interface CallOptions {
  /** Ends the call: it throws an AbortError, whatever was done by then. */
  signal?: AbortSignal | undefined;
  /** How long one request may take, in milliseconds: 30,000 unless given. */
  timeoutMs?: number | undefined;
  /** How long the whole call may take, with token, retries and the pauses between them, in milliseconds: 60,000 unless given. */
  deadlineMs?: number | undefined;
  /** How often a request is sent again at most, 0 for never: 2 unless given. */
  maxRetries?: number | undefined;
  /** Further headers; those that the SDK itself sets cannot be changed. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** How to reach the server, and as whom. */
export interface ClientOptions extends Omit<CallOptions, 'signal'>, Hooks {
  /** The GraphQL endpoint, such as `https://tokenvue.example/graphql`; in a browser it may be relative to the page. */
  endpoint: string | URL;
  /**
   * A person's JWT or a service token, without `Bearer`; or a function that brings one. The function is called for the
   * first request, and once more when the server no longer takes the token; calls that run at the same time share it.
   */
  token: string | (() => string | Promise<string>);
  /** What sends the requests, in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Hears of deprecated fields (`warn`) and of every request (`debug`); the console, without `debug`, unless given. */
  logger?: Logger | undefined;
  /**
   * Sends the hash of an operation in place of its text, and the text only to a server that does not know it yet
   * (automatic persisted queries). Needs Web Crypto; in a browser that is on pages from https or localhost only.
   */
  persistedQueries?: boolean | undefined;
}

/** What hears of every request. It never sees a token or a secret; what it throws is ignored. */
export interface Hooks {
  /** Called before each request. */
  onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Called when an answer has arrived, whatever it says. */
  onResponse?: ((event: ResponseEvent) => void) | undefined;
  /** Called before the pause after which a request is sent again. */
  onRetry?: ((event: RetryEvent) => void) | undefined;
}

/** A request of a call. */
export interface RequestEvent {
  /** The GraphQL operation's name; undefined when it has none. */
  readonly operationName: string | undefined;
  /** Which request of the call it is: 1 for the first. */
  readonly attempt: number;
}

/** An answer to it. */
export interface ResponseEvent extends RequestEvent {
  /** The HTTP status. */
  readonly status: number;
  /** The server's `x-request-id`. */
  readonly requestId: string | undefined;
  /** From the request to the answer's headers, in milliseconds. */
  readonly durationMs: number;
}

/** A request that failed and is sent again. */
export interface RetryEvent extends RequestEvent {
  /** How long the pause is, in milliseconds. */
  readonly delayMs: number;
  /** Why the request failed. */
  readonly error: TokenVueError;
}

/** The console is one. */
export interface Logger {
  debug?(message: string, details: object): void;
  warn(message: string, details: object): void;
}
