import { createHash, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { bearerToken } from '../auth/authenticator.js';
import type { MetricsConfig } from '../config.js';
import { requestError } from '../errors.js';
import type { Metrics } from './metrics.js';

/** One piece of work for all who want its result while it is under way. */
export function shared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<Result> | null = null;
  return () => {
    current ??= work().finally(() => {
      current = null;
    });
    return current;
  };
}

/** Serves `/metrics`: on a port of its own, to who has the token, or to this machine alone. */
export function serveMetrics(server: FastifyInstance, metrics: Metrics, { port, host, token }: MetricsConfig): void {
  const collect = shared(() => metrics.registry.metrics());
  const serve = (on: FastifyInstance) =>
    on.get('/metrics', async (request, reply) => {
      if (token !== null && !hasToken(request, token)) throw requestError('unauthenticated');
      if (token === null && port === null && !isOfThisMachine(request)) throw requestError('pathUnknown');
      reply.type(metrics.registry.contentType);
      return collect();
    });
  if (port === null) {
    serve(server);
    return;
  }
  const own = fastify();
  serve(own);
  server.addHook('onReady', async () => {
    await own.listen({ port, host });
  });
  server.addHook('onClose', () => own.close());
}

/** Compared by digests, so that the time tells nothing of the token. */
function hasToken({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(bearerToken(headers.authorization ?? '') ?? ''), digest(token));
}

const loopback = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i;

/** What a proxy on this machine passes on comes from somewhere else, whether the proxy is trusted or not. */
function isOfThisMachine({ headers, socket }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  return !isForwarded && loopback.test(socket.remoteAddress ?? '');
}
