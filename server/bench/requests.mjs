import { fork } from 'node:child_process';
import { once } from 'node:events';
import { SignJWT } from 'jose';

/** The process that makes the load. */
export class Load {
  #process = fork(new URL('load.mjs', import.meta.url));

  /** Requests a second that a server answers while each connection sends these by turns. */
  async measure(targets, { port, connections, milliseconds }) {
    this.#process.send({ port, requests: targets.map(httpRequest), connections, milliseconds });
    const [{ perSecond, error }] = await once(this.#process, 'message');
    if (error !== undefined) throw new Error(`${targets[0].path}: ${error}`);
    return perSecond;
  }

  stop() {
    this.#process.disconnect();
  }
}

function httpRequest({ path, headers, body }) {
  const all = { host: '127.0.0.1', ...headers, ...(body && bodyHeaders(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${body ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

function bodyHeaders(body) {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}

/** The answer to one request. */
export async function send({ path, headers, body }, port) {
  const init = body && { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return response.json();
}

/** A GraphQL operation of somebody, as a target of the load. */
export function graphqlRequest(query, token, variables) {
  return {
    path: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  };
}

export function signToken(secret, { subject, organization, role = 'member' }) {
  return new SignJWT({ org: organization, org_role: role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function rounded(ratio) {
  return Number(ratio.toFixed(2));
}
