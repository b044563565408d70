import type { Answer } from './answer.js';
import { Call, type Operation } from './call.js';
import { Events } from './events.js';
import type { CallOptions, ClientOptions } from './options.js';
import { PersistedQueries } from './persisted-queries.js';
import { TokenSource } from './token-source.js';

/** Sends one operation, again where that can help and do no harm. Anything but a complete result is an exception. */
export type Transport = (operation: Operation, options?: CallOptions) => Promise<Answer>;

const DEFAULTS = { timeoutMs: 30_000, deadlineMs: 60_000, maxRetries: 2 };

/** The transport over HTTP: one POST a request. Throws TypeError for options that cannot be used. */
export function createTransport(options: ClientOptions): Transport {
  const connection = {
    url: endpointUrl(options.endpoint),
    send: options.fetch ?? ((input, init) => fetch(input, init)),
    tokens: new TokenSource(options.token),
    events: new Events(options),
    persistedQueries: options.persistedQueries ? new PersistedQueries() : undefined,
  };
  const limits = checkedLimits(options, DEFAULTS);
  const headers = checkedHeaders(options.headers);

  return async (operation, call = {}) => {
    const settings = {
      ...checkedLimits(call, limits),
      headers: { ...headers, ...checkedHeaders(call.headers) },
      signal: call.signal,
    };
    return new Call(connection, operation, settings).run();
  };
}

function endpointUrl(endpoint: string | URL): string {
  // Only browsers and workers have a location.
  const base: { href: string } | undefined = globalThis.location;
  // JavaScript may leave the endpoint out, which URL would take for a relative path of that name.
  const url = endpoint !== undefined && URL.canParse(endpoint, base?.href) ? new URL(endpoint, base?.href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new TypeError('endpoint must be an http or https URL without credentials');
  }
  return url.href;
}

/** In lower case, so that a call's headers take the place of the client's. */
function checkedHeaders(headers: CallOptions['headers'] = {}): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // Node would name the value in its own error, and values may be secrets.
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new TypeError(`headers hold what HTTP does not allow: ${JSON.stringify(name)}`);
    }
    checked[name.toLowerCase()] = value;
  }
  return checked;
}

type Limits = typeof DEFAULTS;

/** The limits that are given, else the defaults. */
function checkedLimits(given: Partial<Record<keyof Limits, number | undefined>>, defaults: Limits): Limits {
  const limits = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Limits)[]) {
    limits[name] = given[name] ?? defaults[name];
    // Written so that NaN fails too.
    if (!(limits[name] >= (name === 'maxRetries' ? 0 : 1))) throw new TypeError(`${name} is too small, or no number`);
  }
  return limits;
}
