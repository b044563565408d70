import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { contentSecurityPolicy, serveWebPage, type WebPage, type WebPageOptions } from '../http/web-page.js';

const graphiql: WebPage = {
  name: 'GraphiQL',
  paths: ['/graphiql'],
  assetsPath: '/graphiql/assets',
  turnedOffBy: 'GRAPHIQL=false',
  answer: () => {
    const styleNonce = randomBytes(16).toString('base64');
    return {
      config: { styleNonce },
      contentSecurityPolicy: contentSecurityPolicy([
        "worker-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        // The editor positions its lines with style attributes; every other style is a file of ours or has the nonce.
        `style-src-elem 'self' 'nonce-${styleNonce}'`,
        "style-src-attr 'unsafe-inline'",
      ]),
    };
  },
};

/** Serves GraphiQL at `/graphiql`, from the folder that `server/scripts/build-graphiql.mjs` leaves. */
export const graphiqlPlugin: FastifyPluginAsync<WebPageOptions> = async (app, options) => {
  await serveWebPage(app, graphiql, options);
  app.get('/graphiql/', (_request, reply) => reply.redirect('/graphiql', 308));
};
