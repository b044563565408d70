import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';

export interface GraphiqlOptions {
  /** Folder of the bundle, as `server/scripts/build-graphiql.mjs` leaves it. */
  directory: string;
  /** Path of the GraphQL endpoint on the same origin, such as `/graphql`. */
  endpoint: string;
  /**
   * Development mode only: makes a fresh token with which the page signs in. Whoever can open a connection
   * to this server from the same machine can read it, so leave it out wherever real data lives.
   */
  token?: () => Promise<string>;
}

interface Asset {
  body: Buffer;
  contentType: string;
  etag: string;
}

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Serves GraphiQL at `/graphiql`, whole from `directory`: nothing is loaded from another host. */
export const graphiqlPlugin: FastifyPluginAsync<GraphiqlOptions> = async (app, options) => {
  const page = await readBundle(join(options.directory, 'index.html'));
  const assets = await readAssets(join(options.directory, 'assets'));

  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  app.get('/graphiql', async (request, reply) => {
    const styleNonce = randomBytes(16).toString('base64');
    // A name that an attacker's DNS points here makes the attacker's page this page's origin: it gets no token.
    const token = loopbackHost.test(request.headers.host ?? '') ? await options.token?.() : undefined;
    const config = JSON.stringify({
      endpoint: options.endpoint,
      styleNonce,
      token,
    }).replaceAll('<', '\\u003c');
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentSecurityPolicy(styleNonce))
      .send(page.toString().replace('"{{config}}"', () => config));
  });

  app.get('/graphiql/', (_request, reply) => reply.redirect('/graphiql', 308));

  app.get<{ Params: { name: string } }>('/graphiql/assets/:name', async (request, reply) => {
    const asset = assets.get(request.params.name);
    if (!asset) return reply.callNotFound();
    reply.headers({
      'cache-control': 'no-cache',
      // A worker obeys the policy of its own file, not the page's; none of ours loads anything.
      'content-security-policy': "default-src 'none'",
      etag: asset.etag,
    });
    if (request.headers['if-none-match']?.includes(asset.etag)) return reply.code(304).send();
    return reply.type(asset.contentType).send(asset.body);
  });
};

/** The editor positions its lines with style attributes; every other style, script and worker is a file of ours. */
function contentSecurityPolicy(styleNonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    `style-src-elem 'self' 'nonce-${styleNonce}'`,
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function readAssets(directory: string): Promise<Map<string, Asset>> {
  const names = await readdir(directory);
  const assets = names.map(async (name): Promise<[string, Asset]> => {
    const contentType = contentTypes[extname(name)];
    if (!contentType) throw new Error(`GraphiQL's bundle holds ${name}, whose content type is unknown`);
    const body = await readFile(join(directory, name));
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    return [name, { body, contentType, etag }];
  });
  return new Map(await Promise.all(assets));
}

async function readBundle(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Error(`GraphiQL's bundle is missing: ${file}; run \`npm run build\`, or set GRAPHIQL=false`, { cause });
  }
}
