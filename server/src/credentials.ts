import { normalize } from './text.js';

/**
 * What looks like a credential that was pasted where none belongs. What is found is never repeated, in no message, log or
 * audit event.
 */
const forms: readonly RegExp[] = [
  /[srp]k_(?:live|test)_[A-Za-z0-9]{16}/,
  /AIza[\w-]{30}/,
  /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/,
  /hf_[A-Za-z0-9]{20}/,
  /gsk_[A-Za-z0-9]{20}/,
  /gh[pousr]_[A-Za-z0-9]{20}/,
  /github_pat_\w{20}/,
  /glpat-[\w-]{16}/,
  /npm_[A-Za-z0-9]{20}/,
  /r8_[A-Za-z0-9]{20}/,
  /xai-[A-Za-z0-9]{20}/,
  /pplx-[A-Za-z0-9]{20}/,
  /xox[abeoprs]-[\w-]{10}/,
  /nvapi-[\w-]{20}/,
  /ya29\.[\w-]{20}/,
  /SG\.[\w-]{16,32}\.[\w-]{20}/,
  /tgp_v1_[\w-]{20}/,
  /fw_[A-Za-z0-9]{20}/,
  /AccountKey=[A-Za-z0-9+/]{40}/,
  /tv[ks]_[A-Za-z0-9]{16}/,
  // A private key, and a password in a URL, which is none where it has what only a pattern has.
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----\s{0,10}[A-Za-z0-9+/=]{16}/,
  /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@[(\\]{0,200}:[^\s/@[(\\]{1,500}@/i,
];

/** None of them begins within a word: `task-…` is no key of OpenAI's. */
const credential = new RegExp(forms.map(({ source }) => `(?<![A-Za-z0-9])(?:${source})`).join('|'));

/** OpenAI, Anthropic, DeepSeek, OpenRouter, and many that do as they do. */
const startsLikeKey = /(?<![A-Za-z0-9])sk-[\w-]{16,300}/g;

/** A long run of letters and digits, or a mixture of everything: no words with dashes between, as in `sk-learn-classifier`. */
function isKey(text: string): boolean {
  if (/[A-Za-z0-9]{20}/.test(text) || /(?<![A-Za-z0-9])(?=[A-Za-z]*\d)[A-Za-z0-9]{16}/.test(text)) return true;
  return text.length > 22 && [/\d/, /[a-z]/, /[A-Z]/].every((kind) => kind.test(text.slice(3)));
}

/** Header and content of a JSON Web Token, signed or not: looked for by its parts, and not from each of its places on. */
function hasJsonWebToken(text: string): boolean {
  return [...text.matchAll(/[\w.-]{16,}/g)].some(([run]) => {
    const parts = run.split('.');
    return parts.some((part, index) => {
      const isHeader = index + 2 < parts.length && /eyJ[\w-]{8}/.test(part);
      return isHeader && /^(?:eyJ|e30$)/.test(parts[index + 1] ?? '');
    });
  });
}

/** Longer texts are looked at in parts, which overlap by more than a credential needs to be known. */
const partLength = 20_000;
const overlap = 5_000;

/** Whether a credential of a known form stands anywhere in the text, whatever it is written with. */
export function hasCredential(text: string): boolean {
  return readingsOf(text).some((reading) => hasJsonWebToken(reading) || hasForm(reading));
}

/** The text as it is kept or meant: composed and without what cannot be seen, as a pattern, and as a part of a URL. */
function readingsOf(text: string): string[] {
  const plain = normalize(text, 'NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  const matched = plain
    .replace(/\\[A-Za-z]/g, ' ')
    .replace(/\\(.)/g, '$1')
    .replace(/\[([^\]\\^])\]/g, '$1');
  const decoded = plain.replace(/%([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return [...new Set([plain, matched, decoded])];
}

function hasForm(text: string): boolean {
  for (let start = 0; start === 0 || start < text.length - overlap; start += partLength - overlap) {
    const part = text.slice(start, start + partLength);
    if (credential.test(part) || part.match(startsLikeKey)?.some(isKey)) return true;
  }
  return false;
}

const runs = /[A-Za-z0-9+/=_-]{32,}/g;
const hexadecimal = /(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32}/i;
const kindOf = (character: string) =>
  /[a-z]/.test(character) ? 'a' : /[A-Z]/.test(character) ? 'A' : /\d/.test(character) ? '0' : '-';

/**
 * Whether 32 characters and more of it are opaque: letters and digits mixed as no path or name of a variable mixes them.
 * What a machine made changes between small letters, capitals and digits at every other place; what people write keeps to
 * one of them for a word, and separates words.
 */
export function isOpaque(text: string): boolean {
  return [...text.matchAll(runs)].some(([run]) => {
    if (hexadecimal.test(run)) return true;
    if (!/\d/.test(run) || !/[A-Za-z]/.test(run)) return false;
    const kinds = [...run].map(kindOf);
    const isChange = (kind: string, index: number) => index > 0 && kind !== kinds[index - 1];
    const isWithinWord = (kind: string, index: number) => kind !== '-' && kinds[index - 1] !== '-';
    const changes = kinds.filter((kind, index) => isChange(kind, index) && isWithinWord(kind, index));
    return changes.length >= run.length / 5;
  });
}
