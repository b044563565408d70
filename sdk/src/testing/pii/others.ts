/** E-mail addresses, cards, IBANs and IP addresses, as people and programs write them. */
import { type Random, type Sample, sample } from './random.js';

const firstNames = [
  'anna',
  'john',
  'maria',
  'luc',
  'giulia',
  'daan',
  'ola',
  'haruto',
  'priya',
  'ana',
  'jack',
  'emma',
  'josé',
  'jürgen',
  'søren',
];
const lastNames = [
  'smith',
  'müller',
  'rossi',
  'dubois',
  'garcia',
  'devries',
  'nowak',
  'sato',
  'sharma',
  "o'brien",
  'silva',
  'jones',
  'van-dyk',
];
const domains = [
  ...[
    'gmail.com',
    'example.co.uk',
    'web.de',
    'orange.fr',
    'correo.es',
    'libero.it',
    'kpnmail.nl',
    'wp.pl',
    'yahoo.co.jp',
    'rediffmail.in',
  ],
  ...[
    'uol.com.br',
    'bigpond.net.au',
    'mail.corp-intern.example',
    'müller.de',
    'xn--mller-kva.de',
    '163.com',
    'x.ai',
    'dept.uni.edu',
  ],
];
const emailSentences = [
  ...[
    '{}',
    'Mail an {}.',
    'Write to {}, please',
    '<{}>',
    'mailto:{}?subject=Hi',
    '"email": "{}"',
    '(siehe {})',
    'E-Mail:{}',
    "from='{}'",
  ],
  ...[
    '请联系{}谢谢',
    '{}までご連絡ください',
    'ส่งอีเมลไปที่{}ครับ',
    '[{}](mailto:hidden)',
    '{};',
    '**{}**',
    'Contact {}\nor call',
    'to={}&cc=',
    '{}!',
  ],
];

export function emailSample(random: Random): Sample {
  const first = random.of(firstNames);
  const last = random.of(lastNames);
  const local = random.of([
    ...[
      `${first}.${last}`,
      `${first}`,
      `${first[0]}.${last}`,
      `${first}_${last}`,
      `${first}${random.number(100)}`,
      `${first}+${random.fill('###')}`,
    ],
    ...[
      `${first}-${last}`,
      `${last}.${first}.${random.number(10)}`,
      `info`,
      `no-reply`,
      `${first.toUpperCase()}.${last.toUpperCase()}`,
    ],
  ]);
  const domain = random.of(domains);
  return sample(random.of(emailSentences), `${local}@${random.number(12) === 0 ? domain.toUpperCase() : domain}`);
}

/** Issuer, length, and the groups in which it is printed. */
const cards = [
  ['4###############', '4-4-4-4'],
  ['51##############', '4-4-4-4'],
  ['55##############', '4-4-4-4'],
  ['2223############', '4-4-4-4'],
  ['2720############', '4-4-4-4'],
  ['34#############', '4-6-5'],
  ['37#############', '4-6-5'],
  ['6011############', '4-4-4-4'],
  ['65##############', '4-4-4-4'],
  ['3528############', '4-4-4-4'],
  ['62##############', '4-4-4-4'],
  ['36############', '4-6-4'],
  ['6759############', '4-4-4-4'],
  ['4##################', '4-4-4-4-3'],
] as const;
const cardSentences = [
  ...[
    '{}',
    'Card: {}',
    'Meine Karte ist {}, gültig bis 12/29',
    'carte n° {}',
    'pay with {} exp 01/30 cvv 123',
    '"pan":"{}"',
    'カード番号は{}です',
  ],
  ...[
    'Tarjeta {}.',
    '{} 123',
    'visa:{}',
    '({})',
    'card={}&cvc=999',
    'VISA {} 08/27',
    'Numero carta {}\n',
    '银行卡号{}，请查收',
  ],
];

export function cardSample(random: Random): Sample {
  const [form, groups] = random.of(cards);
  const digits = withLuhn(random.fill(form));
  const separator = random.of(['', ' ', '-', ' ', '', '\u00a0']);
  return sample(
    random.of(cardSentences),
    separator === '' ? digits : grouped(digits, groups.split('-').map(Number), separator),
  );
}

function grouped(value: string, sizes: readonly number[], separator: string): string {
  const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size));
  return ends.map((end, index) => value.slice(ends[index - 1] ?? 0, end)).join(separator);
}

/** The digits with a last one that fits. */
function withLuhn(digits: string): string {
  const body = digits.slice(0, -1);
  const last = [...'0123456789'].find((digit) => luhnSum(body + digit) % 10 === 0) as string;
  return body + last;
}

function luhnSum(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
}

/** What follows country and checksum. */
const accounts = {
  GB: '^^^^##############',
  DE: '##################',
  FR: '##########***********##',
  ES: '####################',
  IT: '^######################',
  NL: '^^^^##########',
  PL: '########################',
  BR: '#######################^*',
  CH: '#################',
  AT: '################',
  BE: '############',
  SE: '####################',
  NO: '###########',
  MT: '^^^^#####******************',
} as const;
const ibanSentences = [
  ...[
    '{}',
    'IBAN: {}',
    'Bitte auf {} überweisen.',
    'Virement sur {} merci',
    '"iban":"{}"',
    'conto {} intestato a Rossi',
    'IBAN {} BIC COBADEFFXXX',
  ],
  ...[
    'Przelew na {}.',
    '({})',
    'rekening {}, t.n.v. Daan',
    'iban={}&amount=12.50',
    '振込先は{}です',
    '{}\n',
    'Cuenta {};',
    'Betrag 12,50 EUR an {}',
  ],
];

export function ibanSample(random: Random): Sample {
  const country = random.of(Object.keys(accounts) as (keyof typeof accounts)[]);
  const iban = withChecksum(country, random.fill(accounts[country]));
  const form = random.number(8);
  const groups = (separator: string) => iban.match(/.{1,4}/g)?.join(separator) ?? '';
  if (form < 3) return sample(random.of(ibanSentences), groups(' '));
  if (form === 3) return sample(random.of(ibanSentences), groups('\u00a0'));
  if (form === 4) return sample(random.of(ibanSentences), groups('-'));
  return sample(random.of(ibanSentences), form === 5 ? iban.toLowerCase() : iban);
}

function withChecksum(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((sign) => Number.parseInt(sign, 36)).join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${account}`;
}

const ipSentences = [
  ...[
    '{}',
    'from {} port 22',
    'client={} status=200',
    '"ip":"{}"',
    'ping {}.',
    'Die Adresse {} ist gesperrt',
    '{} - - [10/Oct/2024:13:55:36 +0000] "GET /"',
  ],
  ...[
    '({})',
    'host {}, gateway',
    'X-Forwarded-For: {}',
    'IP:{}',
    '{}\n',
    'ssh root@{}',
    'サーバー{}に接続',
    'addr {};',
  ],
];
const ipv4Sentences = ['http://{}/index.html', '{}:8080', '{}/24', 'tcp://{}:5432', 'inet {} netmask'];
const ipv6Sentences = ['http://[{}]/', '[{}]:443', '{}/64', 'inet6 {} prefixlen 64', '{}%eth0', '{}: unreachable'];

export function ipSample(random: Random): Sample {
  if (random.number(2) === 0) {
    const octet = () => random.number(256);
    const address = `${random.between(1, 223)}.${octet()}.${octet()}.${octet()}`;
    return sample(random.of(random.number(3) === 0 ? ipv4Sentences : ipSentences), address);
  }
  const sentence = random.of(random.number(3) === 0 ? ipv6Sentences : ipSentences);
  const address = random.of([
    ...[
      '2~~~:~~~~:~~~~:~~~~:~~~~:~~~~:~~~~:~~~~',
      '2001:db8:~~~:%~~::%',
      '2a00:1450:4001:%~~::200e',
      'fe80::%~~~:%~~:fe%~:%~~',
      'fd%%:%~~~:%~~~::%',
    ],
    ...[
      '::1',
      '::ffff:192.0.2.%%',
      '2001:db8::',
      '2606:4700:4700::1111',
      'ff02::1:ff%%:%%%%',
      '64:ff9b::198.51.100.%',
      '2001:db8:85a3:0:0:8a2e:370:73%%',
    ],
  ]);
  const filled = random.fill(address);
  return sample(sentence, random.number(4) === 0 ? filled : filled.toLowerCase());
}
