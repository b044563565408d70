import { type FormEvent, useState } from 'react';
import { Field } from '../ui/field.js';
import { Wordmark } from '../ui/wordmark.js';
import type { Provider } from './provider.js';
import type { SessionState } from './session.js';
import { useSession } from './use-session.js';

interface SignInProps {
  readonly state: SessionState;
  /** Null where the server gets no answer of it, absent where there is none. */
  readonly provider: Provider | null | undefined;
}

/** What somebody sees who is not signed in. */
export function SignIn({ state, provider }: SignInProps) {
  return (
    <main className="sign-in">
      <Wordmark />
      {state.kind === 'starting' ? (
        <p role="status">Signing in …</p>
      ) : (
        <>
          <h1 data-focus-rest tabIndex={-1}>
            Sign in
          </h1>
          {'problem' in state && <p role="alert">{state.problem}</p>}
          {provider === undefined ? <PasteToken /> : <WithProvider provider={provider} />}
        </>
      )}
    </main>
  );
}

function WithProvider({ provider }: { provider: Provider | null }) {
  const session = useSession();
  if (provider === null) {
    return (
      <>
        <p>The identity provider with which people sign in does not answer this server.</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Try again
        </button>
      </>
    );
  }
  return (
    <>
      <p>
        You sign in at <strong>{new URL(provider.issuer).host}</strong>, and come back here.
      </p>
      <button type="button" className="button primary" onClick={() => void session.signIn()}>
        Sign in
      </button>
    </>
  );
}

/** For a server without an identity provider: its own development token, or one that somebody has at hand. */
function PasteToken() {
  const session = useSession();
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const isDevelopment = session.developmentToken !== undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const bare = token.trim().replace(/^Bearer\s+/i, '');
    // Anything else can't be sent in a header.
    if (/^[\x21-\x7e]+$/.test(bare)) session.paste(bare);
    else setError(bare === '' ? 'Paste a token.' : 'A token has no blanks and no special characters.');
  };

  return (
    <>
      <p>This page speaks to the GraphQL API with a bearer token of yours.</p>
      <form onSubmit={submit} noValidate>
        <Field label="Bearer token" errors={error === undefined ? [] : [error]} hint="Kept in this tab only.">
          {(field) => (
            <input
              {...field}
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" className="button primary">
          Sign in
        </button>
        {isDevelopment && (
          // Loaded again, the page comes with a token that is not as old as the page.
          <button type="button" className="button" onClick={() => location.reload()}>
            Use the development token
          </button>
        )}
      </form>
      <p className="small">
        {isDevelopment ? (
          <>
            For another person of the demonstration company, run <code>npm run --silent token -- bruno</code> and paste
            what it prints.
          </>
        ) : (
          <>
            For a sign-in with your identity provider, whoever runs this server sets <code>OIDC_ISSUER</code> and{' '}
            <code>OIDC_CLIENT_ID</code>.
          </>
        )}
      </p>
    </>
  );
}
