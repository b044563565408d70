/**
 * How terms and texts are read alike: cluster by cluster (a letter with its marks, a syllable, a run of blanks), without
 * regard to case, to composition, and to what can't be seen.
 */

/** What a cluster is to whole words. */
export const SEPARATOR = 0;
/** Of a word, in a script that sets words apart by spaces. */
export const WORD = 1;
/** Of a word, in a script that does not. */
const UNSPACED = 2;

/** How many marks and invisible characters belong to a letter at the most, and how many blanks to a run. */
const LONGEST_CLUSTER = 32;

/** Classes of code points. */
const UNKNOWN = 0;
const BLANK = 1;
/** What can't be seen and does not count, such as a soft hyphen or a zero-width space. */
const IGNORED = 2;
const MARK = 3;
/** Hangul: leading consonants, vowels, trailing consonants, and whole syllables without and with one. */
const LEADING = 4;
const VOWEL = 5;
const TRAILING = 6;
const OPEN_SYLLABLE = 7;
const CLOSED_SYLLABLE = 8;
const LETTER = 9;
const UNSPACED_LETTER = 10;
const OTHER = 11;

const unspacedScripts = [
  ...['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Yi', 'Nushu', 'Tangut'],
  ...['Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan', 'Tai_Le', 'New_Tai_Lue', 'Tai_Tham', 'Tai_Viet', 'Javanese'],
];
const unspaced = new RegExp(`[${unspacedScripts.map((script) => `\\p{Script_Extensions=${script}}`).join('')}]`, 'u');

const classes: readonly (readonly [RegExp, number])[] = [
  [/\p{White_Space}/u, BLANK],
  [/\p{Default_Ignorable_Code_Point}/u, IGNORED],
  [/\p{M}/u, MARK],
  [/[\u1100-\u115f\ua960-\ua97c]/, LEADING],
  [/[\u1160-\u11a7\ud7b0-\ud7c6]/, VOWEL],
  [/[\u11a8-\u11ff\ud7cb-\ud7fb]/, TRAILING],
  [/[\uac00-\ud7a3]/, CLOSED_SYLLABLE],
  [/[^\p{L}\p{N}_]/u, OTHER],
  [unspaced, UNSPACED_LETTER],
];

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  const found = classes.find(([pattern]) => pattern.test(character))?.[1] ?? LETTER;
  return found === CLOSED_SYLLABLE && (codePoint - 0xac00) % 28 === 0 ? OPEN_SYLLABLE : found;
}

/** By code point, in pages; filled as texts need them. */
const pages: (Uint8Array | undefined)[] = [];

function classOf(codePoint: number): number {
  const page = pages[codePoint >> 8] ?? newPage(codePoint >> 8);
  const found = page[codePoint & 0xff] as number;
  if (found !== UNKNOWN) return found;
  const classified = classify(codePoint);
  page[codePoint & 0xff] = classified;
  return classified;
}

function newPage(number: number): Uint8Array {
  const page = new Uint8Array(256);
  pages[number] = page;
  return page;
}

/** Whether the second belongs to the same cluster as the first. */
function belongs(first: number, second: number): boolean {
  switch (second) {
    case MARK:
    case IGNORED:
      return first !== BLANK || second === IGNORED;
    case BLANK:
      return first === BLANK;
    case LEADING:
    case OPEN_SYLLABLE:
    case CLOSED_SYLLABLE:
      return first === LEADING;
    case VOWEL:
      return first === LEADING || first === VOWEL || first === OPEN_SYLLABLE;
    case TRAILING:
      return first === VOWEL || first === TRAILING || first === OPEN_SYLLABLE || first === CLOSED_SYLLABLE;
    default:
      return false;
  }
}

function kindOf(firstClass: number): number {
  if (firstClass === UNSPACED_LETTER) return UNSPACED;
  return firstClass >= MARK && firstClass !== OTHER ? WORD : SEPARATOR;
}

/** Goes through a text. Its fields are those of the cluster that it has come to. */
export class ClusterReader {
  /** Where it begins and ends, as indices in the text. */
  start = 0;
  end = 0;
  kind = SEPARATOR;
  /** As it is compared: nothing, or some UTF-16 code units. */
  folded = '';

  /** Goes to the cluster at the index; false when it could go on after the text, of which more is to come. */
  read(text: string, index: number, isWhole: boolean): boolean {
    const length = text.length;
    let codePoint = text.charCodeAt(index);
    let end = index + 1;
    if (codePoint >= 0xd800 && codePoint <= 0xdbff) {
      if (end === length && !isWhole) return false;
      codePoint = text.codePointAt(index) as number;
      if (codePoint > 0xffff) end += 1;
    }
    const first = classOf(codePoint);
    let last = first;
    for (let count = 1; count < LONGEST_CLUSTER; count++) {
      if (end === length) {
        if (!isWhole) return false;
        break;
      }
      const unit = text.charCodeAt(end);
      let next = unit;
      if (unit >= 0xd800 && unit <= 0xdbff) {
        if (end + 1 === length && !isWhole) return false;
        next = text.codePointAt(end) as number;
      }
      const nextClass = classOf(next);
      if (!belongs(last, nextClass)) break;
      // What is not seen does not part what belongs together.
      if (nextClass !== IGNORED && last !== BLANK) last = nextClass;
      end += next > 0xffff ? 2 : 1;
    }
    this.start = index;
    this.end = end;
    this.kind = kindOf(first);
    if (first === BLANK) this.folded = ' ';
    else if (end - index === 1 && codePoint < 0x80) this.folded = asciiFolded[codePoint] as string;
    else this.folded = foldedOf(text.slice(index, end));
    return true;
  }
}

const asciiFolded = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code).toLowerCase());

/** Clusters of one code unit as they are compared, in pages; filled as texts need them. */
const foldedPages: (string | undefined)[][] = [];
/** Longer ones, as many as there is room for. */
const foldedClusters = new Map<string, string>();
const MOST_CLUSTERS = 8_192;

function foldedOf(cluster: string): string {
  return cluster.length === 1 ? foldedUnit(cluster) : foldedCluster(cluster);
}

function foldedUnit(cluster: string): string {
  const unit = cluster.charCodeAt(0);
  let page = foldedPages[unit >> 8];
  if (page === undefined) {
    page = new Array(256);
    foldedPages[unit >> 8] = page;
  }
  const folded = page[unit & 0xff] ?? fold(cluster);
  page[unit & 0xff] = folded;
  return folded;
}

function foldedCluster(cluster: string): string {
  let folded = foldedClusters.get(cluster);
  if (folded === undefined) {
    folded = fold(cluster);
    if (foldedClusters.size === MOST_CLUSTERS) foldedClusters.clear();
    foldedClusters.set(cluster, folded);
  }
  return folded;
}

/**
 * Full case folding without a table: to lower, to upper and to lower case again, with canonical decomposition before and
 * after. The dotted and the dotless i are the same.
 */
function fold(cluster: string): string {
  return cluster
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFD')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD')
    .replaceAll('i\u0307', 'i');
}

/** What a code unit that is a character for itself is to whole words. */
export function kindOfUnit(unit: number): number {
  return kindOf(classOf(unit));
}

/** Whether the code unit is a mark that belongs to the letter before it. */
export function isMark(unit: number): boolean {
  return classOf(unit) === MARK;
}
