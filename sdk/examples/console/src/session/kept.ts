import type { PendingSignIn } from './provider.js';

/** A sign-in that has left the page, and where it began. */
export interface LeftSignIn extends PendingSignIn {
  readonly returnTo: string;
}

/** What a tab keeps over a reload, and nothing else does: tokens are in the page's memory alone but for these. */
export const kept = {
  /** A token that somebody pasted. */
  token: entry<string>('tokenvue:token'),
  /** What renews the tokens of the identity provider. */
  refreshToken: entry<string>('tokenvue:refresh-token'),
  /** Whether somebody had signed in with the identity provider, who needs not be asked whether to. */
  wasSignedIn: entry<'yes'>('tokenvue:was-signed-in'),
  left: entry<LeftSignIn>('tokenvue:sign-in'),
};

function entry<Value>(key: string) {
  return {
    read: (): Value | undefined => {
      try {
        return (JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined) as Value | undefined;
      } catch {
        return undefined;
      }
    },
    keep: (value: Value): void => sessionStorage.setItem(key, JSON.stringify(value)),
    forget: (): void => sessionStorage.removeItem(key),
  };
}
