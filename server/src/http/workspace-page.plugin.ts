import type { FastifyPluginAsync } from 'fastify';
import { contentSecurityPolicy, type Page, type PageOptions, servePage } from './page.js';

const policy = contentSecurityPolicy("img-src 'self'", "style-src 'self'");

const workspacePage: Page = {
  name: 'The Workspace page',
  path: '/',
  assetsPath: '/assets',
  turnedOffBy: 'DEMO_DATA=false',
  answer: () => ({ contentSecurityPolicy: policy }),
};

/** Serves the Workspace page at `/`, from the folder that `npm run build` leaves. */
export const workspacePagePlugin: FastifyPluginAsync<PageOptions> = (app, options) =>
  servePage(app, workspacePage, options);
