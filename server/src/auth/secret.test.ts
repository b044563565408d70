import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSecret, digestOf, isSecret, organizationOf } from './secret.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const newKeySecret = () => createSecret('tvk_');
const newToken = (organizationId: string = randomUUID()) => createSecret('tvs_', organizationId);

/** The 43 characters before the checksum as a number. */
function numberOf(secret: string): bigint {
  let value = 0n;
  for (const digit of secret.slice(-49, -6)) value = value * 62n + BigInt(alphabet.indexOf(digit));
  return value;
}

describe.each([
  ['a virtual key', newKeySecret, /^tvk_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/],
  ['a service', newToken, /^tvs_[0-9A-Za-z]{22}[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/],
])('the secret of %s', (_whose, create, form) => {
  test('is its prefix, for a service its organization, 43 random characters, and 6 of a checksum', () => {
    const { secret } = create();
    expect(secret).toMatch(form);
    expect(isSecret(secret)).toBe(true);
  });

  test('comes with its SHA-256 and its last four characters', () => {
    const { secret, digest, lastFour } = create();
    expect(digest).toEqual(createHash('sha256').update(secret, 'utf8').digest());
    expect(digestOf(secret)).toEqual(digest);
    expect(lastFour).toBe(secret.slice(-4));
  });

  test('is never the same in a thousand, and each of its 256 random bits is set in about half', () => {
    const values = Array.from({ length: 1_000 }, () => numberOf(create().secret));
    expect(new Set(values).size).toBe(1_000);
    for (const value of values) expect(value < 2n ** 256n).toBe(true);
    for (let bit = 0n; bit < 256n; bit++) {
      const set = values.filter((value) => (value >> bit) & 1n).length;
      expect([bit, set > 350 && set < 650]).toEqual([bit, true]);
    }
  });
});

describe('the organization that a secret tells', () => {
  test.each([
    '018f4a7b-93c5-7d2e-8a41-6b0c5d9e2f37',
    '00000000-0000-0000-0000-000000000000',
    '00000000-0000-0000-0000-00000000003d',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ])('is that of the service: %s', (organizationId) => {
    expect(organizationOf(newToken(organizationId).secret)).toBe(organizationId);
  });

  test.each<[string, () => string]>([
    ['the secret of a virtual key', () => newKeySecret().secret],
    ['a token with a wrong checksum', () => newToken().secret.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))],
    ['nothing', () => ''],
  ])('is none for %s', (_case, text) => {
    expect(organizationOf(text())).toBeNull();
  });

  test('is none where the number is larger than every UUID', () => {
    const body = `tvs_${'z'.repeat(22)}${'0'.repeat(43)}`;
    const secret = `${body}${checksumOf(body)}`;
    expect(isSecret(secret)).toBe(true);
    expect(organizationOf(secret)).toBeNull();
  });
});

test('the checksum is the CRC-32 of all before it in base 62, so that scanners in any language can tell', () => {
  const body = `tvk_${'0'.repeat(43)}`;
  expect(isSecret(`${body}${checksumOf(body)}`)).toBe(true);
});

function checksumOf(body: string): string {
  let digits = '';
  for (let rest = bitwiseCrc32(body), count = 0; count < 6; count++, rest = Math.floor(rest / 62)) {
    digits = `${alphabet[rest % 62]}${digits}`;
  }
  return digits;
}

/** Worked out with the polynomial 0xEDB88320. */
function bitwiseCrc32(text: string): number {
  let remainder = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

test('one wrong character anywhere is noticed', () => {
  const { secret } = newToken();
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
  let { secret } = newToken();
  while (secret[20] === secret[21]) secret = newToken().secret;
  expect(isSecret(change(secret))).toBe(false);
});
