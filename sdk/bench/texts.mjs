/** Texts that are usual, and texts that are made to take long, each of the length asked for. */

let state = 1;
/** @param {number} below */
const random = (below) => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const words =
  'the customer of our Berlin office asked for an invoice about 12 new servers and wants to know when they arrive because ' +
  'her team begins on Monday 3.11.2025 at 9:30 with version 4.2.1 of it costs 1,250.00 EUR a month für alle Kunden que la ' +
  'société déjà connue, see https://example.com/a?b=1#c (page 17); "thanks" she said – and left. 東京 の 会議 は 十時 です';

/** @param {number} length */
function prose(length) {
  const list = words.split(' ');
  let text = '';
  while (text.length < length) text += `${list[random(list.length)]}${random(12) === 0 ? '.\n' : ' '}`;
  return text.slice(0, length);
}

/** @type {(piece: string) => (length: number) => string} */
const repeat = (piece) => (length) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
/** @type {(make: () => string) => (length: number) => string} */
const generate = (make) => (length) => {
  let text = '';
  while (text.length < length) text += make();
  return text.slice(0, length);
};
/** @param {number} count */
const digits = (count) => Array.from({ length: count }, () => random(10)).join('');

export const usual = {
  prose,
  'prose with personal data': generate(
    () =>
      `${prose(200)} anna.smith${random(99)}@example.com, +49 30 ${digits(7)}, 4111 1111 1111 1111, 192.0.2.${random(255)} `,
  ),
};

export const hostile = {
  a: repeat('a'),
  'a@': repeat('a@'),
  'a@b.co ': repeat('a@b.co '),
  '....': repeat('.'),
  '1 1 1': repeat('1 '),
  '1-1-1': repeat('1-'),
  '::::': repeat(':'),
  '1:1:1': repeat('1:'),
  'DE12 ': repeat('DE12 '),
  'DE89 3704 ': repeat('DE89 3704 0044 0532 0130 01 '),
  '+1 ': repeat('+1 '),
  '+49 30 ': generate(() => `+49 30 ${digits(7)},`),
  '((((': repeat('('),
  '4111 ': repeat('4111 '),
  cards: generate(() => `4111-1111-1111-1111, `),
  'local numbers': generate(() => `0${digits(9)}, `),
  'formatted numbers': generate(() => `(0${digits(2)}) ${digits(7)}; `),
  '1.1.1.': repeat('1.1.1.'),
  secret: repeat('secret '),
  'secret key': repeat('secret key '),
  'terms one after the other': repeat('project falcon project '),
  'almost a term': repeat('project falco '),
  marks: repeat(`a${'\u0301'.repeat(200)}`),
  'ever other marks': generate(
    () => `${String.fromCharCode(0x61 + random(26))}${String.fromCharCode(0x300 + random(110), 0x300 + random(110))}`,
  ),
  invisible: repeat('s\u00ade\u200bc\u00adr\u00ade\u00adt'),
  blanks: repeat(' '),
  syllables: generate(() => String.fromCharCode(0xac00 + random(11_172))),
  ideographs: generate(() => String.fromCharCode(0x4e00 + random(20_000))),
  emoji: repeat('😀'),
  halves: repeat('\ud83d'),
  everything: generate(() => String.fromCharCode(random(0xd800))),
  'letters at random': generate(() => 'ab'.charAt(random(2))),
};
