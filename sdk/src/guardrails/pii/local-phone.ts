/** Whether digits can be meant as a local phone number at all: by their groups, and by the words and signs around them. */
import type { DigitGroup } from './digit-groups.js';
import { followsIban } from './iban.js';

const FEWEST_DIGITS = 7;
const MOST_GROUPS = 6;

/** Words after which digits without any form are a phone number, also with some words between: `call me on`. */
const phoneWords = [
  ...['phone', 'telephone', 't[eé]l[eé]fono?', 'telefoon', 't[eé]l[eé]phone', 'telefone', 't[eé]l', 'tlf', 'fon'],
  ...[
    'mobile?',
    'm[oó]vil',
    'mobil',
    'mobiel',
    'mob',
    'portable',
    'cellulare',
    'celular',
    'cell',
    'handy',
    'kom[oó]rk[aię]',
    'kom',
  ],
  ...[
    'fax',
    'call(?:ed|ing)?',
    'ring',
    'dial',
    'sms',
    'texte?d?',
    'whatsapp',
    'viber',
    'hotline',
    'helpline',
    'reach(?:ed)?',
  ],
  ...[
    'erreich\\p{L}*',
    '(?:an)?ruf\\p{L}*',
    'appel\\p{L}*',
    'joindre',
    'll[aá]m\\p{L}*',
    'chiam\\p{L}*',
    'lig(?:ue|ar|a)',
  ],
  ...['bel(?:len)?', '(?:za)?dzwo[nń]\\p{L}*', 'тел', 'телефон', 'позвон\\p{L}*'],
];
/** The same in scripts without spaces, and signs. */
const phoneSigns = [
  '電話番?号?',
  '携帯',
  '手机号?码?',
  '手機',
  '电话',
  '전화',
  '핸드폰',
  'फ़?ोन',
  'मोबाइल',
  '☎️?',
  '📞',
  '📱',
];
/** Words after which it is one only if nothing more than a verb stands between: `my number is`. */
const numberWords = [
  '(?:my|his|her|our|mon|mein|meine|mi|il mio|mijn|m[oó]j|meu) (?:number|num[eé]ro|nummer|n[uú]mero|numer)',
  'contact\\p{L}*',
  'kontakt',
  'contatto',
  'contato',
];
const phoneBefore = new RegExp(
  `(?:^|[^\\p{L}])(?:${phoneWords.join('|')})(?:[^\\p{L}\\d\\n][^\\d\\n]{0,18})?$|(?:${phoneSigns.join('|')})[^\\d\\n]{0,12}$|` +
    `(?:^|[^\\p{L}])(?:${numberWords.join('|')})(?:[^\\p{L}\\d\\n]{1,2}(?:is|ist|est|es|el|è|é|to|le))*[^\\p{L}\\d\\n]{0,3}$`,
  'iu',
);

/** Words after which digits are something else. */
const otherWords = [
  ...[
    'order',
    'invoice',
    'receipt',
    'reference',
    'ref',
    'ticket',
    'case',
    'sku',
    'ean',
    'isbn',
    'issn',
    'asin',
    'upc',
    'gtin',
  ],
  ...[
    'id',
    'uid',
    'pid',
    'serial',
    'batch',
    'lot',
    'account',
    'acct',
    'iban',
    'bic',
    'customer',
    'article',
    'item',
    'part',
  ],
  ...[
    'version',
    'build',
    'commit',
    'tracking',
    'shipment',
    'parcel',
    'policy',
    'contract',
    'permit',
    'license',
    'vat',
    'tax',
  ],
  ...[
    'bestell\\p{L}*',
    'auftrag\\p{L}*',
    'rechnung\\p{L}*',
    'kunden\\p{L}*',
    'artikel\\p{L}*',
    'konto\\p{L}*',
    'akten\\p{L}*',
  ],
  ...[
    'commande',
    'facture',
    'r[eé]f[eé]rence',
    'dossier',
    'client',
    'siret',
    'siren',
    'pedido',
    'factura',
    'referencia',
  ],
  ...[
    'ordine',
    'fattura',
    'pratica',
    'pedido',
    'fatura',
    'bestelling',
    'factuur',
    'klant\\p{L}*',
    'zam[oó]wieni\\p{L}*',
    'faktur\\p{L}*',
  ],
  ...['注文', '注文番号', '請求書', '订单', '订单号'],
];
const otherBefore = new RegExp(
  `(?:^|[^\\p{L}])(?:${otherWords.join('|')})(?:[^\\p{L}\\d\\n]{1,3}(?:no|nr|num|number|numéro|nummer|numero|número|n|id|code|is))?[^\\p{L}\\d\\n]{0,4}$`,
  'iu',
);

const money = /[€$£¥₹₽₩]\s?$/u;
const moneyAfter = /^\s?(?:[€$£¥₹₽₩%]|(?:EUR|USD|GBP|CHF|PLN|JPY|INR|BRL|AUD|kr|zł|px|ms|kg|km|MB|GB|kB)\b|[,.:]\d)/u;

/** Countries in which numbers are written without what is dialled before them. */
const writtenBare = new Set(['BR', 'IN', 'CN', 'TR', 'AR', 'CO', 'VN']);

/** A number as it is written, in a country with a digit that is dialled before numbers within it, such as 0; or with none. */
export interface WrittenNumber {
  readonly groups: readonly DigitGroup[];
  readonly digits: string;
  readonly country: string;
  readonly trunk: string;
}

/** Whether a number that begins at the index can be meant as a phone number. */
export function canBePhone(text: string, start: number, number: WrittenNumber): boolean {
  const { groups, digits } = number;
  if (digits.length < FEWEST_DIGITS || digits.startsWith('00') || isOfOtherForm(groups)) return false;
  const end = groups.at(-1)?.end as number;
  if (moneyAfter.test(text.slice(end, end + 6))) return false;
  const before = text.slice(Math.max(0, start - 40), start);
  if (money.test(before) || before.endsWith('#') || before.endsWith('№') || followsIban(text, start)) return false;
  if (phoneBefore.test(before)) return true;
  return !otherBefore.test(before) && hasPhoneForm(number);
}

/** Whether the form alone tells. Ten digits in a row are anything, unless they begin as calls within a country do. */
function hasPhoneForm({ groups, digits, country, trunk }: WrittenNumber): boolean {
  const form = formOf(groups);
  if (/^d+\.d+$/.test(form) || /^d{5}-d{4}$/.test(form)) return false;
  if (/^dd(?: dd){3}$/.test(form) && digits.startsWith('0')) return false;
  if (digits.startsWith('0')) return true;
  if (groups.length === 1) return false;
  if (form.includes('(') || (form.includes(' ') && form.includes('-'))) return true;
  if (trunk !== '0' || /^1[38]00/.test(digits)) return true;
  return writtenBare.has(country) && digits.length >= 10;
}

function formOf(groups: readonly DigitGroup[]): string {
  return groups.map(({ digits, gap }) => gap + 'd'.repeat(digits.length)).join('');
}

/** Dates, years, amounts, versions, addresses of computers, and numbers of books. */
function isOfOtherForm(groups: readonly DigitGroup[]): boolean {
  const form = formOf(groups);
  const [first = '', second = '', third = ''] = groups.map(({ digits }) => digits);
  if (groups.length > MOST_GROUPS || groups.every(({ digits }) => digits.length === 1)) return true;
  if (/^dd?([./-])dd?\1(?:dd){1,2}$/.test(form)) return true;
  if (/^(?:19|20)\d\d$/.test(first) && /^(?:0?[1-9]|1[0-2])$/.test(second) && /^[0-3]?\d$/.test(third)) return true;
  if (/^dddd ?[-/] ?dddd$/.test(form) && /^[12]/.test(first) && /^[12]/.test(second)) return true;
  if (/^d{1,3}(?:\.ddd)+$/.test(form) && !first.startsWith('0')) return true;
  if (/^d{1,3}(?:\.d{1,3}){3}(?![d.])/.test(form) || /\.d(?!d)/.test(form)) return true;
  if (/^d+-d+(?:-d+)*-d$/.test(form)) return true;
  return /^97[89]/.test(first) && groups.reduce((sum, { digits }) => sum + digits.length, 0) === 13;
}
