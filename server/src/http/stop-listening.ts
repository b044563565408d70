import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const sweepMs = 50;
/** What has been sent by halves when the server stops has so long to arrive. */
const arriveWithinMs = 1_000;

/**
 * A function that closes the server as soon as every request that has arrived has its answer. A connection that is kept for
 * a next request is closed at once, and one on which a request is on its way, or nothing was ever sent, soon after.
 */
export function stopListening(fastify: FastifyInstance): () => Promise<void> {
  const unanswered = watchRequests(fastify.server);
  return async () => {
    const start = performance.now();
    const sweep = setInterval(() => {
      fastify.server.closeIdleConnections();
      if (performance.now() - start < arriveWithinMs) return;
      for (const [socket, request] of unanswered) if (request?.complete !== true) socket.destroy();
    }, sweepMs);
    await fastify.close().finally(() => clearInterval(sweep));
  };
}

/** The open connections, each with its request that has no answer yet. */
function watchRequests(server: Server): ReadonlyMap<Socket, IncomingMessage | null> {
  const unanswered = new Map<Socket, IncomingMessage | null>();
  server.on('connection', (socket) => {
    unanswered.set(socket, null);
    socket.once('close', () => unanswered.delete(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    if (unanswered.has(socket)) unanswered.set(socket, request);
    response.once('close', () => {
      if (unanswered.get(socket) === request) unanswered.set(socket, null);
    });
  });
  return unanswered;
}
