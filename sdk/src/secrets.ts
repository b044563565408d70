/** Replaces the token, and the secret of any virtual key or service token, wherever they stand in a text. */
export type Redact = (text: string) => string;

/** In full: a masked one has an ellipsis after the prefix. */
const ISSUED_SECRETS = /\btv[ks]_[\w-]{16,}/g;

/** What is shorter is no secret but a word, such as the `test` of a test, and stands in many texts. */
const SHORTEST_TOKEN = 16;

/** The function that keeps these tokens, and every issued secret, out of texts; parts of words are left alone. */
export function redactor(tokens: readonly string[]): Redact {
  const secrets = tokens.filter(({ length }) => length >= SHORTEST_TOKEN);
  return (text) => secrets.reduce(withoutToken, text).replace(ISSUED_SECRETS, '[secret]');
}

function withoutToken(text: string, token: string): string {
  return text.replaceAll(token, (found, at: number) =>
    isWithinWord(text, at) || isWithinWord(text, at + token.length) ? found : '[token]',
  );
}

/** Whether two neighbours belong to one word. */
function isWithinWord(text: string, at: number): boolean {
  return /^\w\w$/.test(text.slice(at - 1, at + 1));
}

/** A copy of a JSON value, redacted wherever it holds a text. */
export function redacted<Value>(value: Value, redact: Redact): Value {
  return JSON.parse(JSON.stringify(value), (_key, part) => (typeof part === 'string' ? redact(part) : part));
}

/**
 * A copy of what `fetch` threw, with its name, message, code, stack and own cause. Everything else stays behind: clients hang
 * the request on their errors, and with it the authorization header.
 */
export function safeCause(thrown: unknown, redact: Redact, depth = 4): Error {
  // By shape and not by class, because fetch may come from another realm.
  if (typeof thrown !== 'object' || thrown === null) return new Error(redact(String(thrown)));
  const {
    name,
    message,
    code,
    cause,
    stack,
  }: Partial<Record<'name' | 'message' | 'code' | 'cause' | 'stack', unknown>> = thrown;
  const inner = cause === undefined || depth === 0 ? undefined : safeCause(cause, redact, depth - 1);
  const copy = new Error(typeof message === 'string' ? redact(message) : '', inner && { cause: inner });
  if (typeof name === 'string') copy.name = name;
  if (typeof stack === 'string') copy.stack = redact(stack);
  return typeof code === 'string' ? Object.assign(copy, { code }) : copy;
}
