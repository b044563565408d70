import { type FormEvent, useState } from 'react';
import { Field } from '../ui/field.js';
import { Wordmark } from '../ui/wordmark.js';

interface SignInProps {
  /** Signs in as the server's own demonstration user; absent where it has none. */
  onDevelopmentToken?: (() => void) | undefined;
  onToken: (token: string) => void;
}

export function SignIn({ onDevelopmentToken, onToken }: SignInProps) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const bare = token.trim().replace(/^Bearer\s+/i, '');
    // Anything else can't be sent in a header.
    if (/^[\x21-\x7e]+$/.test(bare)) onToken(bare);
    else setError(bare === '' ? 'Paste a token.' : 'A token has no blanks and no special characters.');
  };

  return (
    <main className="sign-in">
      <Wordmark />
      <h1 data-focus-rest tabIndex={-1}>
        Sign in
      </h1>
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
        {onDevelopmentToken && (
          <button type="button" className="button" onClick={onDevelopmentToken}>
            Use the development token
          </button>
        )}
      </form>
      {onDevelopmentToken && (
        <p className="small">
          For another person of the demonstration company, run <code>npm run --silent token -- bruno</code> and paste
          what it prints.
        </p>
      )}
    </main>
  );
}
