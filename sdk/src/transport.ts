import type { Answer } from './answer.js';
import { Call, type Operation } from './call.js';
import { Events } from './events.js';
import type { AppInfo, CallOptions, ClientOptions, FetchRequest } from './options.js';
import { PersistedQueries } from './persisted-queries.js';
import { TokenSource } from './token-source.js';
import { VERSION } from './version.js';

/** Sends one operation, again where that can help and do no harm. Anything but a complete result is an exception. */
export type Transport = (operation: Operation, options?: CallOptions) => Promise<Answer>;

const DEFAULTS = { timeoutMs: 30_000, deadlineMs: 60_000, maxRetries: 2 };

/** The transport over HTTP: one POST a request. Throws TypeError for options that cannot be used. */
export function createTransport(options: ClientOptions): Transport {
  const { keepTokenMs = 0 } = options;
  if (!(keepTokenMs >= 0)) throw new TypeError('keepTokenMs is too small, or no number');
  const tokens = new TokenSource(options.token, keepTokenMs);
  const connection = {
    url: endpointUrl(options.endpoint),
    send: options.fetch ?? ((url: string, request: FetchRequest) => fetch(url, request)),
    events: new Events(options),
    persistedQueries: options.persistedQueries ? new PersistedQueries() : undefined,
  };
  const limits = checkedLimits(options, DEFAULTS);
  const headers = checkedHeaders(options.headers);
  const ownHeaders = clientHeaders(options.appInfo);

  return async (operation, call = {}) => {
    const settings = {
      ...checkedLimits(call, limits),
      headers: { ...headers, ...checkedHeaders(call.headers), ...ownHeaders },
      tokens: call.token === undefined ? tokens : new TokenSource(call.token),
      signal: call.signal,
    };
    return new Call(connection, operation, settings).run();
  };
}

/** The URL, which is looked at now if it stands alone, and else when there is something to which it is relative. */
function endpointUrl(endpoint: string | URL): () => string {
  const checked = (url: string | URL, base?: string) => {
    const { protocol, username, password, href } = parseUrl(url, base) ?? NO_URL;
    if (!/^https?:$/.test(protocol) || username || password) {
      throw new TypeError('endpoint must be an http or https URL without credentials; a relative one needs a page');
    }
    return href;
  };
  // JavaScript may leave the endpoint out, which URL would take for a relative path of that name.
  const given = endpoint ?? '//';
  checked(given, 'http://any.test');
  // Only browsers and workers have a location.
  return () => checked(given, (globalThis.location as { href: string } | undefined)?.href);
}

// Not `URL.canParse`: once Node has optimized it, it takes letters such as `ü` for broken UTF-8 and says no.
function parseUrl(url: string | URL, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

const NO_URL = { protocol: '', username: '', password: '', href: '' };

/** Who is calling. Browsers keep the first of them for themselves. */
function clientHeaders(app: AppInfo | undefined): Record<string, string> {
  const names = [app?.name, app?.version].filter((name) => name !== undefined);
  for (const name of names) {
    if (!/^[!#$%&'*+.^_`|~\w/@-]{1,100}$/.test(name))
      throw new TypeError('appInfo has a name or version that no header can carry');
  }
  return {
    ...(!('document' in globalThis) && {
      'user-agent': [`tokenvue-sdk/${VERSION}`, ...(names.length > 0 ? [names.join('/')] : [])].join(' '),
    }),
    'x-client-name': '@tokenvue/sdk',
    'x-client-version': VERSION,
    ...(app && { 'x-app-name': app.name }),
    ...(app?.version && { 'x-app-version': app.version }),
  };
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
