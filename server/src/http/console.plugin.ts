import type { FastifyPluginAsync } from 'fastify';
import type { IdentityProvider } from '../auth/identity-provider.js';
import { contentSecurityPolicy, serveWebPage, type WebPage, type WebPageOptions } from './web-page.js';

export interface ConsoleOptions extends WebPageOptions {
  /** With whom people sign in; absent where tokens come from elsewhere. */
  signIn?: { provider: IdentityProvider; audience: string | null } | undefined;
}

/** Serves the console at `/`, from the folder that `npm run build` leaves. */
export const consolePlugin: FastifyPluginAsync<ConsoleOptions> = (app, options) => {
  const page: WebPage = {
    name: 'The console',
    // The second is where the identity provider sends people back to.
    paths: ['/', '/sign-in'],
    assetsPath: '/assets',
    turnedOffBy: 'CONSOLE=false',
    answer: async () => {
      if (options.signIn === undefined) return { contentSecurityPolicy: policy() };
      const provider = await providerOf(options.signIn);
      const origins = provider === null ? [] : [new URL(provider.tokenEndpoint).origin];
      return { config: { provider }, contentSecurityPolicy: policy(origins) };
    },
  };
  return serveWebPage(app, page, options);
};

function policy(origins: readonly string[] = []): string {
  return contentSecurityPolicy(["img-src 'self'", "style-src 'self'"], origins);
}

/** What the page needs of the provider; null while that does not answer, which the log tells. */
async function providerOf({ provider, audience }: NonNullable<ConsoleOptions['signIn']>) {
  const { clientId, scope } = provider.config;
  const metadata = await provider.metadata().catch(() => null);
  if (metadata === null) return null;
  const { jwksUri: _ofServersAlone, ...endpoints } = metadata;
  return { clientId, scope, audience: audience ?? clientId, ...endpoints };
}
