import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { TrustedProxies } from '../config.js';

type Trust = string | ((address: string, hop: number) => boolean) | false;

/** As Fastify takes it: of a number of hops it trusts none by itself. */
export function trustOf(proxies: TrustedProxies | null): Trust {
  if (proxies === null) return false;
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxies.join(',');
}

/**
 * What a limit is counted by: the address of the client, and of IPv6 the network of 64 bits, which is one customer's. What a
 * proxy says that is no address counts as the proxy's own.
 */
export function addressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return networkOf(ip) ?? networkOf(socket.remoteAddress ?? '') ?? 'unknown';
}

function networkOf(text: string): string | null {
  const address = text.trim().replace(/^\[(.*)\](:\d+)?$|^([^:]+):\d+$/, '$1$3');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const version = isIP(mapped);
  if (version === 4) return mapped;
  if (version !== 6) return null;
  // The URL parser writes every spelling of an address in one way.
  const [head = '', tail] = new URL(`http://[${mapped.replace(/%.*/, '')}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(tail === undefined ? 0 : 8 - before.length - after.length).fill('0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
