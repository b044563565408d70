import { commonFoldings, fullFoldings } from './unicode.generated.js';

const fromHex = (codePoint: string) => Number.parseInt(codePoint, 16);

/** What each character folds to that doesn't fold to itself. */
const foldings: ReadonlyMap<string, string> = new Map([...readCommon(), ...readFull()]);

function* readCommon(): Generator<[string, string]> {
  for (const run of commonFoldings.split(' ')) {
    const [, first = '', last = first, step = '1', distance = ''] = /^(\w+)(?:-(\w+)\/(\d))?:(-?\d+)$/.exec(run) ?? [];
    for (let from = fromHex(first); from <= fromHex(last); from += Number(step)) {
      yield [String.fromCodePoint(from), String.fromCodePoint(from + Number(distance))];
    }
  }
}

function* readFull(): Generator<[string, string]> {
  for (const folding of fullFoldings.split(' ')) {
    const [from = '', to = ''] = folding.split(':');
    yield [String.fromCodePoint(fromHex(from)), String.fromCodePoint(...to.split('+').map(fromHex))];
  }
}

/**
 * The text in folded case (Unicode's toCasefold, statuses C and F): "Straße" and "STRASSE" become "strasse", on every
 * Node and in every language alike. Texts that are canonically equal fold alike if they come in NFD.
 */
export function foldCase(text: string): string {
  let folded = '';
  for (const character of text) folded += foldings.get(character) ?? character;
  return folded;
}
