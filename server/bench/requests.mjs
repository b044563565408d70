import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { SignJWT } from 'jose';

/**
 * A request, and how the body of its answer begins, by which it is known that it was answered as it should be.
 *
 * @typedef {object} Target
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {string} [body] Posted; `{{number}}` in it is another number each time.
 * @property {string} begins
 */

/** The process that makes the load. */
export class Load {
  #process = fork(new URL('load.mjs', import.meta.url));

  /**
   * What a server answers while each connection sends these by turns.
   *
   * @param {readonly Target[]} targets
   * @param {{ port: number, connections: number, milliseconds: number }} options
   * @returns {Promise<import('./load.mjs').Done>}
   */
  async measure(targets, { port, connections, milliseconds }) {
    const requests = targets.map((target) => ({ text: httpRequest(target), begins: target.begins }));
    this.#process.send({ port, requests, connections, milliseconds });
    const [{ error, ...done }] = await once(this.#process, 'message');
    if (error !== undefined) throw new Error(`${targets[0]?.path}: ${error}`);
    return done;
  }

  stop() {
    this.#process.disconnect();
  }
}

/** @param {Target} target */
function httpRequest({ path, headers, body }) {
  const all = { host: '127.0.0.1', ...headers, ...(body && bodyHeaders(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${body ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

/** @param {string} body */
function bodyHeaders(body) {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}

/**
 * The answer to one request.
 *
 * @param {Target} target
 * @param {number} port
 * @returns {Promise<any>}
 */
export async function send({ path, headers, body }, port) {
  const init = body && { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init || {});
  return response.json();
}

/**
 * A GraphQL operation of somebody, as a target of the load.
 *
 * @param {string} query
 * @param {string} token
 * @param {{ variables?: object, begins?: string }} [options]
 * @returns {Target}
 */
export function graphqlRequest(query, token, { variables, begins = '{"data":' } = {}) {
  return {
    path: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    begins,
  };
}

/**
 * A token that is like no other.
 *
 * @param {string} secret
 * @param {{ subject: string, organization: string, role?: string }} claims
 */
export function signToken(secret, { subject, organization, role = 'member' }) {
  return new SignJWT({ org: organization, org_role: role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setJti(randomUUID())
    .setExpirationTime('24h')
    .sign(new TextEncoder().encode(secret));
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * @param {number} ratio
 * @param {number} [digits]
 */
export function rounded(ratio, digits = 2) {
  return Number(ratio.toFixed(digits));
}

/**
 * The median of ratios, and between what they lie.
 *
 * @param {readonly number[]} ratios
 */
export function spread(ratios) {
  return {
    ratio: rounded(median(ratios)),
    least: rounded(Math.min(...ratios)),
    most: rounded(Math.max(...ratios)),
  };
}
