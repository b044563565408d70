import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a secret begins with: of virtual keys and of service tokens. */
export type SecretPrefix = 'tvk_' | 'tvs_';

export interface NewSecret {
  /** Shown once and kept nowhere. */
  readonly secret: string;
  /** SHA-256 of the secret: 32 bytes. */
  readonly digest: Buffer;
  /** The secret's last four characters. */
  readonly lastFour: string;
}

/** More than the 192 bits that have to stay unknown: the last four characters are shown, and they tell of the checksum. */
const randomLength = 32;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bodyLength = 43;
const checksumLength = 6;
/** A UUID in base 62. */
const organizationLength = 22;
const pattern = new RegExp(
  `^(?:tvk_|tvs_[0-9A-Za-z]{${organizationLength}})[0-9A-Za-z]{${bodyLength + checksumLength}}$`,
);

/**
 * A new secret: the prefix, 256 random bits and a CRC-32 of both in base 62, by which scanners tell it from other text. That
 * of a service tells its organization as well, so that it is looked for there and nowhere else.
 *
 *   tvs_7n42DGM5Tflk9n8mt7Fhc7…
 *   └┬─┘└────────┬───────────┘
 *  prefix   organization, 22 characters; then 43 random ones and 6 of the checksum
 */
export function createSecret(prefix: 'tvk_'): NewSecret;
export function createSecret(prefix: 'tvs_', organizationId: string): NewSecret;
export function createSecret(prefix: SecretPrefix, organizationId?: string): NewSecret {
  const organization =
    organizationId === undefined ? '' : base62(hexValue(organizationId.replaceAll('-', '')), organizationLength);
  const body = prefix + organization + base62(hexValue(randomBytes(randomLength).toString('hex')), bodyLength);
  const secret = body + checksum(body);
  return { secret, digest: digestOf(secret), lastFour: secret.slice(-4) };
}

/** How a secret is shown: its prefix and last four characters. */
export function maskedSecret(prefix: SecretPrefix, lastFour: string): string {
  return `${prefix}…${lastFour}`;
}

/** UUID of the organization that a service's secret tells; null where the text is no such secret. */
export function organizationOf(secret: string): string | null {
  if (!secret.startsWith('tvs_') || !isSecret(secret)) return null;
  let value = 0n;
  for (const digit of secret.slice(4, 4 + organizationLength)) value = value * 62n + BigInt(alphabet.indexOf(digit));
  const hex = value.toString(16).padStart(32, '0');
  return hex.length > 32 ? null : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function hexValue(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

/** Whether the text has the form of a secret and its checksum is right; whether it is anybody's is not known by that. */
export function isSecret(text: string): boolean {
  return pattern.test(text) && checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/** The text with what looks like a secret cut to its prefix: messages may repeat what a client has sent. */
export function withoutSecrets(text: string): string {
  return text.replace(/(tvk_|tvs_)[0-9A-Za-z]{16,}/g, '$1…');
}

/** SHA-256 of a secret, by which it is found. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), checksumLength);
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n) digits = `${alphabet[Number(rest % 62n)]}${digits}`;
  return digits;
}
