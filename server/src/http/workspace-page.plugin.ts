import type { FastifyPluginAsync } from 'fastify';
import { contentSecurityPolicy, serveWebPage, type WebPage, type WebPageOptions } from './web-page.js';

const policy = contentSecurityPolicy("img-src 'self'", "style-src 'self'");

const workspacePage: WebPage = {
  name: 'The Workspace page',
  path: '/',
  assetsPath: '/assets',
  turnedOffBy: 'DEMO_DATA=false',
  answer: () => ({ contentSecurityPolicy: policy }),
};

/** Serves the Workspace page at `/`, from the folder that `npm run build` leaves. */
export const workspacePagePlugin: FastifyPluginAsync<WebPageOptions> = (app, options) =>
  serveWebPage(app, workspacePage, options);
