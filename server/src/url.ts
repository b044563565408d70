/**
 * The URL of a text, or null where it is none. `URL.canParse` is not asked first: once Node has optimized it, it takes
 * letters such as `ü` for broken UTF-8 and says no.
 */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
