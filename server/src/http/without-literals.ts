import { hasCredential } from '../credentials.js';

/** The sentence of graphql-js about a document without what is written there in place of a value, or a credential as a name. */
export function withoutLiterals(message: string): string {
  const sentence = message
    .replace(/^((?:\w+|Enum "\w+") cannot represent [^:]*): .*$/s, '$1.')
    .replace(/^(Argument "\w+") has invalid value .*$/s, '$1 has an invalid value.')
    .replace(/^(Expected value of type "[^"]*"), found .*$/s, '$1.')
    .replace(/((?:Block)?String) ".*"/s, '$1');
  return hasCredential(sentence) ? 'The document holds what looks like a credential where a name belongs.' : sentence;
}
