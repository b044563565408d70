import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ConfigError } from '../config.js';

export interface WebPageOptions {
  /** Folder of the bundle: `index.html`, and `assets/` with every other file. */
  directory: string;
  /** Path of the GraphQL endpoint on the same origin, such as `/graphql`. */
  endpoint: string;
  /**
   * Development mode only: makes a fresh token with which the page signs in. Whoever can open a connection
   * to this server from the same machine can read it, so leave it out wherever real data lives.
   */
  token?: () => Promise<string>;
}

/** A page of the server's own: one HTML document that a script turns into an application. */
export interface WebPage {
  /** For messages, such as "GraphiQL". */
  name: string;
  /** Where the document is. */
  paths: readonly string[];
  /** Path under which the document asks for its files. */
  assetsPath: string;
  /** The setting that leaves the page out, such as `GRAPHIQL=false`. */
  turnedOffBy: string;
  /** What one answer carries: values for the page's script, and the policy that the browser holds it to. */
  answer(): PageAnswer | Promise<PageAnswer>;
}

interface PageAnswer {
  config?: object;
  contentSecurityPolicy: string;
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

/** Serves the page whole from `directory`, nothing from another host. `app` is the page's own: headers are set on it. */
export async function serveWebPage(app: FastifyInstance, page: WebPage, options: WebPageOptions): Promise<void> {
  const document = await readDocument(page, join(options.directory, 'index.html'));
  const assets = await readAssets(page, join(options.directory, 'assets'));

  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  const sendDocument = async (request: FastifyRequest, reply: FastifyReply) => {
    // A name that an attacker's DNS points here makes the attacker's page this page's origin: it gets no token.
    const token = loopbackHost.test(request.headers.host ?? '') ? await options.token?.() : undefined;
    const { config, contentSecurityPolicy } = await page.answer();
    const json = JSON.stringify({ endpoint: options.endpoint, ...config, token }).replaceAll('<', '\\u003c');
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentSecurityPolicy)
      .send(document.replace('"{{config}}"', () => json));
  };
  for (const path of page.paths) app.get(path, sendDocument);

  app.get<{ Params: { name: string } }>(`${page.assetsPath}/:name`, async (request, reply) => {
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
}

/**
 * The policy of a page that runs files of ours and speaks to our server, and to these origins, with what this page needs
 * beside.
 */
export function contentSecurityPolicy(directives: readonly string[], origins: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    ["connect-src 'self'", ...origins].join(' '),
    ...directives,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function readDocument({ name, turnedOffBy }: WebPage, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const remedy = `run \`npm run build\`, or set ${turnedOffBy}`;
    throw new ConfigError(`${name}'s bundle is missing: ${file}; ${remedy}.`, { cause });
  }
}

async function readAssets({ name }: WebPage, directory: string): Promise<Map<string, Asset>> {
  const files = await readdir(directory);
  const assets = files.map(async (file): Promise<[string, Asset]> => {
    const contentType = contentTypes[extname(file)];
    if (!contentType) throw new Error(`${name}'s bundle holds ${file}, whose content type is unknown`);
    const body = await readFile(join(directory, file));
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    return [file, { body, contentType, etag }];
  });
  return new Map(await Promise.all(assets));
}
