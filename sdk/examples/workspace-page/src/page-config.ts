/** What the server puts into the page for this script. */
export interface PageConfig {
  /** Path of the GraphQL endpoint on this origin. */
  endpoint: string;
  /** A development token; absent where people sign in with a token of their own. */
  token?: string;
}

export function readPageConfig(): PageConfig {
  return JSON.parse(document.getElementById('page-config')?.textContent ?? '');
}
