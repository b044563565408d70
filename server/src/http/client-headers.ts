import type { IncomingHttpHeaders } from 'node:http';
import { withoutSecrets } from '../auth/secret.js';

/** Who is calling, as the SDK says: itself, and the program that uses it. */
const clientHeaders = {
  clientName: 'x-client-name',
  clientVersion: 'x-client-version',
  appName: 'x-app-name',
  appVersion: 'x-app-version',
} as const;

/** What pages of other origins may send, and what they may read. */
export const allowedHeaders = [
  'accept',
  'authorization',
  'content-type',
  'user-agent',
  'x-request-id',
  'apollo-require-preflight',
  'traceparent',
  'tracestate',
  ...Object.values(clientHeaders),
];
export const exposedHeaders = ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'];

/** What a request says of its client, for the log: nothing that is no plain name, is very long, or looks like a secret. */
export function clientOf(headers: IncomingHttpHeaders): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [field, header] of Object.entries(clientHeaders)) {
    const value = headers[header];
    const isPlain = typeof value === 'string' && /^[\w@/.+~-]{1,100}$/.test(value);
    if (isPlain && withoutSecrets(value) === value) named[field] = value;
  }
  return named;
}
