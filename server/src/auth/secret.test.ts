import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSecret, digestOf, isSecret, type SecretPrefix } from './secret.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The 43 characters between the prefix and the checksum as a number. */
function numberOf(secret: string): bigint {
  let value = 0n;
  for (const digit of secret.slice(4, 47)) value = value * 62n + BigInt(alphabet.indexOf(digit));
  return value;
}

describe.each<SecretPrefix>(['tvk_', 'tvs_'])('a secret that begins with %s', (prefix) => {
  test('is 43 random characters and 6 of a checksum', () => {
    const { secret } = createSecret(prefix);
    expect(secret).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{49}$`));
    expect(isSecret(secret)).toBe(true);
  });

  test('comes with its SHA-256 and its last four characters', () => {
    const { secret, digest, lastFour } = createSecret(prefix);
    expect(digest).toEqual(createHash('sha256').update(secret, 'utf8').digest());
    expect(digestOf(secret)).toEqual(digest);
    expect(lastFour).toBe(secret.slice(-4));
  });
});

test('of a thousand secrets no two are the same, and each of the 256 random bits is set in about half', () => {
  const values = Array.from({ length: 1_000 }, () => numberOf(createSecret('tvk_').secret));
  expect(new Set(values).size).toBe(1_000);
  for (const value of values) expect(value < 2n ** 256n).toBe(true);
  for (let bit = 0n; bit < 256n; bit++) {
    const set = values.filter((value) => (value >> bit) & 1n).length;
    expect([bit, set > 350 && set < 650]).toEqual([bit, true]);
  }
});

test('the checksum is the CRC-32 of all before it in base 62, so that scanners in any language can tell', () => {
  // CRC-32 of 'tvk_' and 43 zeros, worked out with the polynomial 0xEDB88320.
  const body = `tvk_${'0'.repeat(43)}`;
  const checksum = bitwiseCrc32(body);
  let digits = '';
  for (let rest = checksum, count = 0; count < 6; count++, rest = Math.floor(rest / 62)) {
    digits = `${alphabet[rest % 62]}${digits}`;
  }
  expect(isSecret(`${body}${digits}`)).toBe(true);
});

function bitwiseCrc32(text: string): number {
  let remainder = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

test('one wrong character anywhere is noticed', () => {
  const { secret } = createSecret('tvs_');
  for (let place = 4; place < secret.length; place++) {
    const other = secret[place] === 'x' ? 'y' : 'x';
    expect(isSecret(`${secret.slice(0, place)}${other}${secret.slice(place + 1)}`)).toBe(false);
  }
});

test.each<[string, (secret: string) => string]>([
  ['of another prefix', (secret) => `tvk_${secret.slice(4)}`],
  ['without a prefix', (secret) => secret.slice(4)],
  ['that was cut', (secret) => secret.slice(0, -1)],
  ['that goes on', (secret) => `${secret}0`],
  ['after a space', (secret) => ` ${secret}`],
  ['before a line break', (secret) => `${secret}\n`],
  ['with two characters exchanged', (secret) => secret.replace(/^(.{20})(.)(.)/, '$1$3$2')],
  ['with a character of no alphabet', (secret) => secret.replace(/.$/, 'é')],
  ['of nothing', () => ''],
])('a secret %s is none', (_case, change) => {
  let { secret } = createSecret('tvs_');
  while (secret[20] === secret[21]) secret = createSecret('tvs_').secret;
  expect(isSecret(change(secret))).toBe(false);
});
