import { kept } from './kept.js';
import type { PendingSignIn, Provider, Tokens } from './provider.js';

export type SessionState =
  /** Somebody is being signed in without being asked. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'signedOut'; readonly problem?: string }
  | { readonly kind: 'signedIn' }
  /** The tokens are at their end and only the person can renew them; what is on the page stays. */
  | { readonly kind: 'ended'; readonly problem?: string };

/** How long before their end tokens are renewed, in milliseconds. */
const renewAheadMs = 60_000;
/** After how long it is tried again where the provider did not answer, in milliseconds. */
const retryMs = 10_000;
/** The longest wait of a timer. */
const timerMaxMs = 2 ** 31 - 1;

/** Loaded where there is an identity provider alone. */
const protocol = () => import('./provider.js');

/** Who is signed in: with the identity provider where there is one, and else with a token that was pasted or made here. */
export class Session {
  #state: SessionState = { kind: 'starting' };
  #tokens: Tokens | null = null;
  /** A sign-in in a window of its own, whose answer is waited for. */
  #pending: PendingSignIn | null = null;
  #renewal: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  /** Where windows in which somebody signed in tell of it. */
  readonly #windows = new BroadcastChannel('tokenvue:sign-in');

  constructor(
    readonly provider: Provider | null,
    readonly developmentToken: string | undefined,
  ) {
    this.#windows.onmessage = ({ data }) => void this.#finishInPlace(new URL(String(data)));
  }

  get state(): SessionState {
    return this.#state;
  }

  /** What the API gets; undefined where nobody is signed in. */
  get token(): string | undefined {
    return this.#tokens?.token;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what the tab has kept, or what the identity provider has sent along. */
  async start(): Promise<void> {
    if (this.provider === null) {
      const token = kept.token.read() ?? this.developmentToken;
      if (token === undefined) this.#set({ kind: 'signedOut' });
      else this.#take(pasted(token));
      return;
    }
    const { callbackPath, finishSignIn } = await protocol();
    const left = kept.left.read();
    kept.left.forget();
    try {
      if (location.pathname === callbackPath) {
        const url = new URL(location.href);
        if (left === undefined) return this.#tellOpener(url);
        history.replaceState(null, '', left.returnTo);
        return this.#take(await finishSignIn(this.provider, url, left));
      }
      const tokens = await this.#renewKept(this.provider);
      if (tokens !== undefined) return this.#take(tokens);
      if (kept.wasSignedIn.read() !== undefined) return await this.signIn();
      this.#set({ kind: 'signedOut' });
    } catch (error) {
      // Where nobody answered, what is kept is good for another try.
      if (!(error instanceof TypeError)) this.#forget();
      this.#set({ kind: 'signedOut', problem: problemOf(error) });
    }
  }

  /** Undefined where there is nothing to renew with, or the provider takes it no more: its own session may still be there. */
  async #renewKept(provider: Provider): Promise<Tokens | undefined> {
    const refreshToken = kept.refreshToken.read();
    if (refreshToken === undefined) return undefined;
    const { isRefusal, renewTokens } = await protocol();
    try {
      return await renewTokens(provider, refreshToken);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      kept.refreshToken.forget();
      return undefined;
    }
  }

  /** Goes to the identity provider, and comes back to where the page is now. */
  async signIn(): Promise<void> {
    if (this.provider === null) return;
    const { beginSignIn, callbackPath } = await protocol();
    const { url, pending } = await beginSignIn(this.provider);
    const { pathname, search, hash } = location;
    kept.left.keep({ ...pending, returnTo: pathname === callbackPath ? '/' : `${pathname}${search}${hash}` });
    location.assign(url);
  }

  /** Signs in with a token that is at hand. */
  paste(token: string): void {
    kept.token.keep(token);
    this.#take(pasted(token));
  }

  /** The same person again, in a window of its own: this page and what was typed in it stay. */
  async signInAgain(): Promise<void> {
    if (this.provider === null) return;
    // Opened before anything is waited for: browsers open windows only where somebody has just clicked.
    const opened = window.open('about:blank', 'tokenvue-sign-in', 'popup,width=480,height=640');
    const { beginSignIn } = await protocol();
    const { url, pending } = await beginSignIn(this.provider);
    this.#pending = pending;
    if (opened) opened.location.href = url;
    else
      this.#set({ kind: 'ended', problem: 'The browser opened no window. Allow windows of this page, and try again.' });
  }

  async signOut(): Promise<void> {
    const idToken = this.#tokens?.idToken;
    this.#forget();
    if (this.provider !== null) {
      const { signOutUrl } = await protocol();
      const url = signOutUrl(this.provider, idToken);
      if (url !== null) return location.assign(url);
    }
    this.#set({ kind: 'signedOut' });
  }

  /** Whether a refused token may be followed by a better one. */
  get isRenewable(): boolean {
    return this.provider !== null && this.#tokens !== null;
  }

  /** Another token than this one, which the server has refused; waits for the person where only they can bring it. */
  async renewed(refused: string | undefined): Promise<void> {
    if (this.token !== refused) return;
    await this.#renew();
    if (this.#state.kind !== 'ended') return;
    await new Promise<void>((resolve) => {
      const stop = this.subscribe(() => {
        if (this.#state.kind === 'ended') return;
        stop();
        resolve();
      });
    });
  }

  #renew(): Promise<void> {
    this.#renewal ??= this.#renewSilently().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renewSilently(): Promise<void> {
    const { provider } = this;
    const refreshToken = this.#tokens?.refreshToken;
    if (provider === null || refreshToken === undefined) return this.#set({ kind: 'ended' });
    const { isRefusal, renewTokens } = await protocol();
    try {
      this.#take(await renewTokens(provider, refreshToken));
    } catch (error) {
      if (isRefusal(error)) this.#set({ kind: 'ended' });
      else this.#timer = setTimeout(() => void this.#renew(), retryMs);
    }
  }

  /** In the window that was opened for it: the page that opened it has what belongs to the answer. */
  #tellOpener(url: URL): void {
    this.#windows.postMessage(url.href);
    window.close();
    this.#set({ kind: 'signedOut', problem: 'You can close this window.' });
  }

  async #finishInPlace(url: URL): Promise<void> {
    const [pending, before] = [this.#pending, this.#tokens];
    if (this.provider === null || pending === null || url.searchParams.get('state') !== pending.state) return;
    this.#pending = null;
    try {
      const { finishSignIn } = await protocol();
      const tokens = await finishSignIn(this.provider, url, pending);
      this.#take(tokens);
      // What is on the page is the other person's.
      if (before !== null && before.subject !== tokens.subject) location.reload();
    } catch (error) {
      this.#set({ kind: 'ended', problem: problemOf(error) });
    }
  }

  #take(tokens: Tokens): void {
    this.#tokens = tokens;
    if (this.provider !== null) {
      kept.wasSignedIn.keep('yes');
      if (tokens.refreshToken === undefined) kept.refreshToken.forget();
      else kept.refreshToken.keep(tokens.refreshToken);
    }
    clearTimeout(this.#timer);
    const lifetime = tokens.expiresAt - Date.now();
    const wait = Math.max(lifetime - renewAheadMs, lifetime / 2);
    if (wait < timerMaxMs) this.#timer = setTimeout(() => void this.#renew(), wait);
    this.#set({ kind: 'signedIn' });
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#tokens = null;
    for (const entry of [kept.token, kept.refreshToken, kept.wasSignedIn]) entry.forget();
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

function pasted(token: string): Tokens {
  return { token, idToken: undefined, refreshToken: undefined, subject: '', expiresAt: Number.POSITIVE_INFINITY };
}

function problemOf(error: unknown): string {
  const { error_description: description, message } = error as { error_description?: string; message?: string };
  return `The sign-in failed: ${description ?? message ?? 'no reason was given'}`;
}
