/** Lines in which there is nothing personal, though much of it looks like that: orders, dates, prices, books, hashes, code. */
import type { Random } from './random.js';

const hex = (random: Random, length: number) => random.fill('~'.repeat(length)).toLowerCase();
const pad = (value: number) => String(value).padStart(2, '0');
const date = (random: Random, form: string) =>
  form
    .replace('Y', String(random.between(1950, 2035)))
    .replace('y', pad(random.number(100)))
    .replace('M', pad(random.between(1, 12)))
    .replace('m', String(random.between(1, 12)))
    .replace('D', pad(random.between(1, 28)))
    .replace('d', String(random.between(1, 28)));
const price = (random: Random) =>
  random.of([
    `€ ${random.number(1000)},${pad(random.number(100))}`,
    `$${random.between(1, 999)},${random.fill('###')}.${pad(random.number(100))}`,
    `${random.between(1, 99)}.${random.fill('###.###')},${pad(random.number(100))} €`,
    `${random.between(1, 99)} ${random.fill('###')} ${random.fill('###')} EUR`,
    `£${random.number(100_000)}`,
    `¥${random.fill('%#,###,###')}`,
    `₹ ${random.fill('%,##,##,###')}`,
    `CHF ${random.fill("%'###'###")}.50`,
    `R$ ${random.fill('%.###')},90`,
  ]);
const isbn = (random: Random) =>
  random.of([
    random.fill('978-%-##-######-#'),
    random.fill('979-##-####-###-#'),
    random.fill('978##########'),
    random.fill('%-##-######-X'),
    random.fill('#-####-####-#'),
    random.fill('978 % ### ##### #'),
  ]);
const hash = (random: Random) => hex(random, random.of([7, 8, 12, 32, 40, 64]));
const uuid = (random: Random) => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
const version = (random: Random) =>
  random.of([
    random.fill('%.#.#'),
    random.fill('v%.##.#'),
    random.fill('%%.0.####.###'),
    random.fill('%.#.#-beta.#'),
    random.fill('%.#.#.RELEASE'),
  ]);

const lines: readonly ((random: Random) => string)[] = [
  (r) => `Order #${r.fill('%#########')} shipped`,
  (r) => `Order no. ${r.fill('%#######')} is on its way`,
  (r) => `Bestellnummer ${r.fill('###-#######-#######')}`,
  (r) => `Rechnung Nr. ${r.fill('20##-######')} über ${price(r)}`,
  (r) => `Commande n° ${r.fill('########')} expédiée`,
  (r) => `Pedido ${r.fill('%#####')} confirmado`,
  (r) => `Invoice INV-${r.fill('######')} due ${date(r, 'Y-M-D')}`,
  (r) => `SKU ${r.fill('^^-####-##')}, EAN ${r.fill('40###########')}`,
  (r) => `Tracking ${r.fill('1Z***************')} / ${r.fill('00340########')}`,
  (r) => `ticket ${r.fill('^^^^-####')} in sprint ${r.number(60)}`,
  (r) => `注文番号 ${r.fill('###-#######-#######')} を確認しました`,
  (r) => `订单号 ${r.fill('20##############')} 已发货`,
  (r) => `Meeting on ${date(r, 'D.M.Y')} at ${r.number(24)}:${pad(r.number(60))}`,
  (r) =>
    `${date(r, 'Y-M-D')}T${pad(r.number(24))}:${pad(r.number(60))}:${pad(r.number(60))}.${r.fill('###')}Z INFO started in ${r.number(9999)} ms`,
  (r) => `from ${date(r, 'm/d/Y')} to ${date(r, 'm/d/Y')}`,
  (r) => `le ${date(r, 'D/M/Y')} à ${r.number(24)}h${pad(r.number(60))}`,
  (r) => `geboren ${date(r, 'd.m.Y')}, gestorben ${date(r, 'd.m.Y')}`,
  (r) => `the years ${r.between(1800, 1999)}-${r.between(2000, 2030)} and ${r.between(1800, 2030)}/${r.fill('##')}`,
  (r) =>
    `${date(r, 'Y/M/D')} ${pad(r.number(24))}:${pad(r.number(60))}:${pad(r.number(60))} [${r.number(65_536)}] worker ${r.number(64)}`,
  (r) => `epoch ${r.fill('17########')} and ${r.fill('17###########')}`,
  (r) => `It costs ${price(r)} per month`,
  (r) => `${price(r)} incl. VAT, ${price(r)} without`,
  (r) => `revenue grew ${r.number(90)}.${r.number(10)} % to ${r.between(1, 999)},${r.fill('###,###')}`,
  (r) => `population ${r.between(1, 99)},${r.fill('###,###')} (${r.between(1900, 2025)})`,
  (r) => `ISBN ${isbn(r)}`,
  (r) => `see ${isbn(r)}, p. ${r.number(900)}-${r.number(900)}`,
  (r) => `doi:10.${r.fill('####')}/s${r.fill('#####-###-#####-#')}, ISSN ${r.fill('####-####')}`,
  (r) => `arXiv:${r.fill('2###.#####')} [cs.LG], pp. ${r.number(99)}–${r.number(999)}`,
  (r) => `sha256:${hex(r, 64)}`,
  (r) => `commit ${hash(r)} on main`,
  (r) => `md5 ${hash(r)}  file-${r.number(99)}.iso`,
  (r) => `id: ${uuid(r)}`,
  (r) => `trace ${hex(r, 32)} span ${hex(r, 16)}`,
  (r) => `etag W/"${hex(r, 10)}-${hex(r, 6)}"`,
  (r) => `const timeout = ${r.fill('%####')}; // ${r.number(99)} s`,
  (r) => `if (x[${r.number(99)}] > 0x${hex(r, 8)}) return ${r.number(999)} - ${r.number(999)};`,
  (r) => `std::vector<a::b> v{${r.number(9)}, ${r.number(99)}, ${r.number(999)}};`,
  (r) => `items[::2], items[::-1], items[${r.number(9)}::${r.number(9)}]`,
  () => `a::b(abc::def, dead::beef)`,
  (r) =>
    `div::before { content: "\\${hex(r, 4)}"; margin: ${r.number(99)}px ${r.number(99)}px ${r.number(99)}px ${r.number(99)}px }`,
  (r) => `@Component({ selector: 'app-${hex(r, 4)}' }) export class A${r.number(99)} {}`,
  (r) =>
    `npm install react@${r.number(20)}.${r.number(9)}.${r.number(9)} @types/node@${r.number(24)}.0.0-beta.${r.number(9)}`,
  (r) => `git clone git@github.com:owner/repo-${r.number(99)}.git`,
  (r) => `https://user:secret@db-${r.number(9)}.internal.example.com:5432/app?sslmode=require`,
  (r) => `![icon](images/icon-${r.number(99)}@2x.png)`,
  (r) => `thanks @anna.smith and @team${r.number(9)}!`,
  (r) => `Chrome/${r.fill('1##.0.####.###')} Safari/537.36`,
  (r) => `upgraded from version ${version(r)} to ${version(r)}`,
  (r) => `see section ${r.between(1, 9)}.${r.between(1, 9)}.${r.between(1, 9)}.${r.between(1, 9)} of the manual`,
  (r) => `OID 1.3.6.1.4.1.${r.number(9999)}.${r.number(99)}`,
  (r) => `eth0 ${[1, 2, 3, 4, 5, 6].map(() => hex(r, 2)).join(':')} up`,
  (r) => `EUI-64 ${[1, 2, 3, 4, 5, 6, 7, 8].map(() => hex(r, 2)).join(':')}`,
  (r) =>
    `at ${r.number(24)}:${pad(r.number(60))}:${pad(r.number(60))} UTC+0${r.number(9)}:00, lap ${r.number(9)}:${pad(r.number(60))}.${r.fill('###')}`,
  (r) => `matrix ${r.number(9)} ${r.number(9)} ${r.number(9)} ${r.number(9)}; ${r.fill('## ## ## ##')}`,
  (r) => `lat ${r.number(90)}.${r.fill('######')}, lon -${r.number(180)}.${r.fill('######')}`,
  (r) => `π ≈ 3.14159265358979, e ≈ 2.718281828, ${r.number(99)} ± 0.${r.fill('####')}`,
  (r) => `1+${r.fill('%######')} = ${r.fill('%######')} + ${r.fill('%#####')}`,
  (r) => `@@ -${r.number(999)},${r.number(99)} +${r.number(999)},${r.number(99)} @@ function f${r.number(9)}()`,
  (r) => `+${r.number(99_999)} -${r.number(9999)} lines, +${r.number(99)}%`,
  (r) => `account ${r.fill('##########')} sort code ${r.fill('##-##-##')}`,
  (r) => `IBAN ${r.fill('^^')}00 ${r.fill('#### #### #### ####')} is an example`,
  (r) => `VAT DE${r.fill('#########')}, FR${r.fill('###########')}, NIF ${r.fill('########')}-${r.fill('^')}`,
  (r) => `card ending in ${r.fill('####')}, member since ${r.between(1980, 2024)}`,
  (r) => `serial ${r.fill('####-####-####')}-${r.fill('****')}`,
  (r) => `VIN ${r.fill('WVWZZZ1JZ^W######')}`,
  (r) => `room ${r.fill('#.###')}, floor ${r.number(40)}, building ${r.number(99)}`,
  (r) => `Hauptstraße ${r.number(200)}, ${r.fill('#####')} Berlin`,
  (r) => `${r.number(9999)} Main St, Springfield, IL ${r.fill('#####-####')}`,
  (r) => `score ${r.number(9)}-${r.number(9)}, ${r.number(99)}:${r.number(99)}, ${r.number(999)}/${r.number(999)}`,
  (r) => `${r.number(99)} of ${r.number(9999)} tests, ${r.number(9999)} ms, ${r.number(64)} GB, ${r.number(1000)} MB/s`,
  (r) => `data: [${Array.from({ length: 8 }, () => r.number(1000)).join(', ')}]`,
  (r) =>
    `${Array.from({ length: 5 }, () => r.fill('%###')).join(' ')} | ${Array.from({ length: 4 }, () => r.between(1990, 2030)).join(' ')}`,
  (r) => `base64 ${Array.from({ length: 6 }, () => r.fill('^*^*##')).join('')}==`,
  (r) => `AKIA${r.fill('****************')} was revoked on ${date(r, 'Y-M-D')}`,
  (r) =>
    `flight LH${r.fill('####')} ${pad(r.number(24))}:${pad(r.number(60))}, seat ${r.number(40)}A, booking ${r.fill('******')}`,
  (r) => `The quick brown fox jumps over ${r.number(99)} lazy dogs, and nobody minds.`,
  () => 'Bitte senden Sie uns Ihre Unterlagen bis Ende des Monats zu.',
  () => 'お問い合わせはウェブサイトのフォームからお願いいたします。',
  () => 'Пожалуйста, проверьте вложение и ответьте до пятницы.',
];

export function negativeLine(random: Random): string {
  return random.of(lines)(random);
}
