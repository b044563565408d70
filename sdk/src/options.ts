import type { TokenVueError, UserError } from './errors.js';

/** A person's JWT or a service token, without `Bearer`; or a function that brings one. */
export type Token = string | (() => string | Promise<string>);

/** How one call is made; what is given here stands in the place of what the client was made with. */
export interface CallOptions {
  /** Ends the call: it throws an AbortError, whatever was done by then. */
  signal?: AbortSignal | undefined;
  /** Whose call it is, in place of the client's token; a function is called for this call, and kept is nothing. */
  token?: Token | undefined;
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
export interface ClientOptions extends Omit<CallOptions, 'signal' | 'token'>, Hooks {
  /** The GraphQL endpoint, such as `https://tokenvue.example/graphql`; where there is a page it may be relative to that. */
  endpoint: string | URL;
  /**
   * A person's JWT or a service token, without `Bearer`; or a function that brings one. The function is called for every
   * call, in the caller's own asynchronous context, and once more when the server no longer takes the token.
   */
  token: Token;
  /**
   * How long what the function brought is kept for the calls that follow, in milliseconds, unless the server refuses it
   * before: 0 unless given, `Infinity` for as long as the server takes it. Calls that wait for it at the same time share
   * it then, so it has to be one and the same for all of them.
   */
  keepTokenMs?: number | undefined;
  /** The program that uses the SDK: the server logs it beside the SDK's own name and version. */
  appInfo?: AppInfo | undefined;
  /** What sends the requests, in place of the global `fetch`: that of undici or node-fetch, for example. */
  fetch?: Fetch | undefined;
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
  /** Called once a call, when it has ended: with a result, a refusal, a timeout or any other error. */
  onEnd?: ((event: EndEvent) => void) | undefined;
}

/** The name of a program, and of its version. */
export interface AppInfo {
  /** Letters, digits and `!#$%&'*+.^_|~-` with a slash, such as `billing-job`. */
  readonly name: string;
  /** Such as `1.4.0`. */
  readonly version?: string | undefined;
}

/** As much of `fetch` as the SDK uses. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

/** What the SDK hands to `fetch`. */
export interface FetchRequest {
  method: 'POST';
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  redirect: 'manual';
}

/** What the SDK reads of an answer. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** A request of a call. */
export interface RequestEvent {
  /** The same for everything that is told of one call, and for no other call. */
  readonly callId: string;
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

/** What became of a call; `attempt` is how many requests were sent. */
export interface EndEvent extends RequestEvent {
  /** From the call to its end, in milliseconds. */
  readonly durationMs: number;
  /** Undefined where there was a complete result, which of a mutation may be a refusal: `userErrors`. */
  readonly error: TokenVueError | undefined;
  /** What a mutation was refused for, or a part of its input, whether that is thrown or not. */
  readonly userErrors: readonly UserError[];
}

/** The console is one. */
export interface Logger {
  debug?(message: string, details: object): void;
  warn(message: string, details: object): void;
}
