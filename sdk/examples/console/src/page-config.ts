import type { Provider } from './session/provider.js';

/** What the server puts into the page for this script. */
export interface PageConfig {
  /** Path of the GraphQL endpoint on this origin. */
  readonly endpoint: string;
  /** A development token; absent where people sign in. */
  readonly token?: string;
  /** With whom people sign in; null where it does not answer the server, absent where there is none. */
  readonly provider?: Provider | null;
}

export function readPageConfig(): PageConfig {
  return JSON.parse(document.getElementById('page-config')?.textContent ?? '');
}
