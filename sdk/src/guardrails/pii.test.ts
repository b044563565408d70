import { describe, expect, test } from '@jest/globals';
import { countries } from './countries.js';
import { createEvaluator, type PiiType } from './index.js';

/** What of the text matches. */
function found(text: string, type: PiiType, country: string | null = null): string[] {
  const evaluator = createEvaluator([{ kind: 'PII', action: 'FLAG', piiTypes: [type], country }], { countries });
  return evaluator.evaluate(text).matches.map(({ start, end }) => text.slice(start, end));
}

describe('e-mail addresses', () => {
  test.each([
    ['joe@example.com', 'joe@example.com'],
    ['<joe.bloggs+news@mail.example.co.uk>,', 'joe.bloggs+news@mail.example.co.uk'],
    ["'o'brien@example.com'", "o'brien@example.com"],
    ['请联系joe@example.com谢谢', 'joe@example.com'],
    ['ติดต่อที่joe@example.comครับ', 'joe@example.com'],
    ['jürgen@müller.de', 'jürgen@müller.de'],
    ['почта@пример.рф', 'почта@пример.рф'],
    ['write to joe@example.com. Thanks', 'joe@example.com'],
    ['write to joe@example.com.Thanks', 'joe@example.com'],
    ['see...joe@example.com', 'joe@example.com'],
    ['mailto:JOE@EXAMPLE.COM?subject=x', 'JOE@EXAMPLE.COM'],
    ['mailto://joe@example.com', 'joe@example.com'],
    ['a@b.co@c.de', 'a@b.co'],
    [`${'x'.repeat(100)}@example.com`, `${'x'.repeat(64)}@example.com`],
    ['joe@example.com, ann@example.org', 'joe@example.com', 'ann@example.org'],
  ])('are found in %s', (text, ...expected) => {
    expect(found(text, 'EMAIL')).toEqual(expected);
  });

  test.each([
    '@joe',
    'joe@localhost',
    'icon@2x.png',
    'react@18.2.0',
    'git@github.com:owner/x.git',
    'https://a:b@example.com/',
    'joe @example.com',
    'a@.b.co',
    'a@b..co',
    '.@b.co',
  ])('are not found in %s', (text) => {
    expect(found(text, 'EMAIL')).toEqual([]);
  });
});

describe('phone numbers', () => {
  test.each([
    ['+49 30 1234567', '+49 30 1234567'],
    ['Tel:+49(0)30/123 45-67.', '+49(0)30/123 45-67'],
    ['0049 30 1234567', '0049 30 1234567'],
    ['(+49) 30 1234567', '(+49) 30 1234567'],
    ['+1 (212) 555-0123 x99', '+1 (212) 555-0123'],
    ['call +33 1 23 45 67 89 (office)', '+33 1 23 45 67 89'],
    ['+442079460958,+442079460959', '+442079460958', '+442079460959'],
    ['＋81 3-1234-5678', '＋81 3-1234-5678'],
    ['电话+8613800138000。', '+8613800138000'],
    ['+44\u00a020\u00a07946\u00a00958', '+44\u00a020\u00a07946\u00a00958'],
  ])('are found in %s', (text, ...expected) => {
    expect(found(text, 'PHONE')).toEqual(expected);
  });

  test.each([
    '030 1234567',
    '+49',
    '+49 12',
    '1+4930123456',
    '12:00 44 20 7946 0958',
    '+999 123456789',
    '0000123456789',
    '+1 123 456 7890',
    '4111 1111 1111 1111',
    '+49301234567890123',
  ])('are not found in %s', (text) => {
    expect(found(text, 'PHONE')).toEqual([]);
  });

  test('of a country are found where it is given', () => {
    expect(found('030 1234567 or (0171) 1234567, not 0123', 'PHONE', 'DE')).toEqual(['030 1234567', '(0171) 1234567']);
    expect(found('(212) 555-0123, 415-555-0199, +49 30 1234567', 'PHONE', 'US')).toEqual([
      '(212) 555-0123',
      '415-555-0199',
      '+49 30 1234567',
    ]);
    expect(found('06 12 34 56 78 06.12.34.56.78', 'PHONE', 'FR')).toEqual(['06 12 34 56 78', '06.12.34.56.78']);
  });

  test('without any form are found after a word that says so', () => {
    expect(found('2125550123', 'PHONE', 'US')).toEqual([]);
    expect(found('order 2125550123, call me on 2125550123', 'PHONE', 'US')).toEqual(['2125550123']);
  });

  test('are no dates, amounts or numbers of orders', () => {
    const text =
      '01.02.2024 2024-02-01 € 301 234 567 30.123.456 Bestellnummer 0301234567 978-3-16-148410-0 192.168.178.20 3.14159265 1990-1995';
    for (const country of ['DE', 'US', 'FR', 'ES', 'NL', 'AT']) expect(found(text, 'PHONE', country)).toEqual([]);
  });
});

describe('credit cards', () => {
  test.each([
    ['4111111111111111', '4111111111111111'],
    ['4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['4111-1111-1111-1111', '4111-1111-1111-1111'],
    ['4111\u00a01111\u00a01111\u00a01111', '4111\u00a01111\u00a01111\u00a01111'],
    ['3782 822463 10005', '3782 822463 10005'],
    ['3056 930902 5904', '3056 930902 5904'],
    ['card 12 4111 1111 1111 1111 123', '4111 1111 1111 1111'],
    ['4111 1111 1111 1111 1226', '4111 1111 1111 1111'],
    ['卡号4111111111111111。', '4111111111111111'],
  ])('are found in %s', (text, ...expected) => {
    expect(found(text, 'CREDIT_CARD')).toEqual(expected);
  });

  test.each([
    '4111111111111112',
    '0000000000000000',
    '41111111111111111',
    'x4111111111111111',
    '4111 1111 1111 1111 1111',
    '1234567812345670',
    '4111-1111-1111-1111-1111',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  ])('are not found in %s', (text) => {
    expect(found(text, 'CREDIT_CARD')).toEqual([]);
  });
});

describe('IBANs', () => {
  test.each([
    ['DE89370400440532013000', 'DE89370400440532013000'],
    ['DE89 3704 0044 0532 0130 00.', 'DE89 3704 0044 0532 0130 00'],
    ['gb29 nwbk 6016 1331 9268 19', 'gb29 nwbk 6016 1331 9268 19'],
    ['FR14-2004-1010-0505-0001-3M02-606', 'FR14-2004-1010-0505-0001-3M02-606'],
    ['账号NL91ABNA0417164300谢谢', 'NL91ABNA0417164300'],
    ['NO93 8601 1117 947 and BE68 5390 0754 7034', 'NO93 8601 1117 947', 'BE68 5390 0754 7034'],
    ['MT84 MALT 0110 0001 2345 MTLC AST0 01S', 'MT84 MALT 0110 0001 2345 MTLC AST0 01S'],
  ])('are found in %s', (text, ...expected) => {
    expect(found(text, 'IBAN')).toEqual(expected);
  });

  test.each([
    'DE88370400440532013000',
    'DE8937040044053201300',
    'DE893704004405320130000',
    'XX89370400440532013000',
    'xDE89370400440532013000',
    'De89370400440532013000',
    'DE12 '.repeat(10),
  ])('are not found in %s', (text) => {
    expect(found(text, 'IBAN')).toEqual([]);
  });
});

describe('IP addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['http://192.0.2.1:8080/ and 10.0.0.0/8.', '192.0.2.1', '10.0.0.0'],
    ['IP:192.0.2.1.', '192.0.2.1'],
    ['2001:db8::1:', '2001:db8::1'],
    ['[::1]:443', '::1'],
    ['from:fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', '2001:0db8:85a3:0000:0000:8a2e:0370:7334'],
    ['64:ff9b::192.0.2.33', '64:ff9b::192.0.2.33'],
    ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2:3:4:192.0.2.1'],
    ['2001:db8::', '2001:db8::'],
  ])('are found in %s', (text, ...expected) => {
    expect(found(text, 'IP_ADDRESS')).toEqual(expected);
  });

  test.each([
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    'v1.2.3.4',
    'version 1.2.3.4',
    '1.2.3.4a',
    '12:30:45',
    '00:1b:44:11:3a:b7',
    '02:42:ac:11:00:02:00:01',
    'a::b',
    'abc::',
    'std::vector',
    '::',
    'list[::1]',
    '::::',
    '1:2:3:4:5:6:7:8:9',
    '2001:db8::1::2',
  ])('are not found in %s', (text) => {
    expect(found(text, 'IP_ADDRESS')).toEqual([]);
  });
});
