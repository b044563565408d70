import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

interface Options {
  readonly port: number;
  /** Origin of the console that people come from and go back to. */
  readonly console: string;
  /** How long tokens of the API last. */
  readonly tokenSeconds: number;
}

/** A real OpenID Connect provider: whoever types a name is that person, and what they type is what the token says. */
export class TestIdentityProvider {
  static readonly clientId = 'console';
  /** Sessions that were renewed without the person. */
  renewals = 0;
  /** While it is set, nothing is renewed. */
  refusesToRenew = false;
  #listening: Server | undefined;

  static async start({ port, console: origin, tokenSeconds }: Options): Promise<TestIdentityProvider> {
    const issuer = `http://127.0.0.1:${port}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const started = new TestIdentityProvider(issuer);
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: TestIdentityProvider.clientId,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          redirect_uris: [`${origin}/sign-in`],
          post_logout_redirect_uris: [`${origin}/`],
        },
      ],
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
      cookies: { keys: [randomUUID()] },
      claims: { openid: ['sub', 'tid', 'roles'], profile: ['name'], email: ['email'] },
      conformIdTokenClaims: false,
      findAccount: (_context, id) => ({
        accountId: id,
        claims: async () => ({ sub: id, tid: 'acme', roles: ['admin'], name: id, email: `${id}@acme.example` }),
      }),
      clientBasedCORS: (_context, asking) => asking === origin,
      issueRefreshToken: async () => true,
      features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      ttl: { AccessToken: tokenSeconds, IdToken: tokenSeconds, RefreshToken: 3_600, Session: 3_600, Grant: 3_600 },
    });
    provider.on('grant.success', ({ oidc }) => {
      if (oidc.params?.['grant_type'] === 'refresh_token') started.renewals++;
    });
    provider.use(async (context, next) => {
      if (started.refusesToRenew && context.path === '/token') {
        context.set('access-control-allow-origin', origin);
        context.status = 400;
        context.body = { error: 'invalid_grant' };
      } else await next();
    });
    started.#listening = provider.listen(port, '127.0.0.1');
    await once(started.#listening, 'listening');
    return started;
  }

  private constructor(readonly issuer: string) {}

  async close(): Promise<void> {
    this.#listening?.closeAllConnections();
    this.#listening?.close();
  }
}
