import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the server does with a request: answers it, or not as a server should. */
export interface Fault {
  /** Does something to the connection before anything is read from it. */
  readonly onConnection?: (socket: Socket) => void;
  /** Does something to the connection before the body of a request is read. */
  readonly onHead?: (socket: Socket) => void;
  /** Does something with a request whose body was read whole. */
  readonly onRequest?: (response: ServerResponse, request: IncomingMessage) => void;
}

export interface FaultyServer {
  readonly endpoint: string;
  /** Connections that were made. */
  readonly connections: () => number;
  /** The bodies of the requests that were read whole, in order. */
  readonly received: readonly string[];
  close(): Promise<void>;
}

/**
 * A real HTTP server that has one fault for the first so many connections or requests, then answers each operation as it
 * should.
 */
export async function startFaultyServer(
  fault: Fault,
  times: number,
  answers: Readonly<Record<string, object>>,
): Promise<FaultyServer> {
  const received: string[] = [];
  let connections = 0;
  let heads = 0;
  const server = createServer(async (request, response) => {
    heads += 1;
    if (fault.onHead && heads <= times) return fault.onHead(request.socket);
    // A client that goes away ends the reading.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    received.push(body);
    if (fault.onRequest && received.length <= times) return fault.onRequest(response, request);
    const { operationName } = JSON.parse(body) as { operationName: string };
    respond(response, 200, JSON.stringify({ data: answers[operationName] }));
  });
  server.on('connection', (socket) => {
    connections += 1;
    if (connections <= times) fault.onConnection?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/graphql`,
    connections: () => connections,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers in one piece, with JSON unless the headers say something else. */
export function respond(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string | number> = {},
): void {
  const lengthAndType = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...lengthAndType, 'x-request-id': 'req-8', ...headers });
  response.end(body);
}
