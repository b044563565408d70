/** Whether digits can be meant as a local phone number at all: by their groups, and by the words and signs around them. */
import type { DigitGroup } from './digit-groups.js';
import { followsIban } from './iban.js';
import { otherBefore, phoneBefore } from './phone-words.js';

const FEWEST_DIGITS = 7;
const MOST_GROUPS = 6;

const money = /[€$£¥₹₽₩]\s?$/u;
const moneyAfter = /^\s?(?:[€$£¥₹₽₩%]|(?:EUR|USD|GBP|CHF|PLN|JPY|INR|BRL|AUD|kr|zł|px|ms|kg|km|MB|GB|kB)\b|[,.:]\d)/u;

/** Countries in which numbers are written without what is dialled before them. */
const writtenBare = new Set(['BR', 'IN', 'CN', 'TR', 'AR', 'CO', 'VN']);

/** A number as it is written, in a country with a digit that is dialled before numbers within it, such as 0; or with none. */
interface WrittenNumber {
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
  return (hasPhoneForm(number) && !otherBefore.test(before)) || phoneBefore.test(before);
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
