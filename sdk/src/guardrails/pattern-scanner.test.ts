import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { runs } from '../testing/properties.js';
import { isInside, MAX_MATCH, widthAt } from './match-resolver.js';
import { PatternMatcher, PatternScanner } from './pattern-scanner.js';
import { type CompiledPattern, compileRe2 } from './re2.js';

/** Of a property's pattern that is too large to compile, nothing is said. */
function matcherOf(pattern: string): PatternMatcher {
  const compiled = compileRe2(pattern);
  fc.pre(!('reason' in compiled));
  return new PatternMatcher(compiled as CompiledPattern);
}

/** Starts and ends of the matches in a text that becomes known piece by piece. */
function matches(matcher: PatternMatcher, pieces: string[]): number[] {
  const scanner = new PatternScanner(matcher);
  let base = 0;
  let text = '';
  for (const piece of pieces) {
    text += piece;
    scanner.scan({ text, base, isWhole: false });
    const forgotten = Math.max(0, scanner.needed - base);
    text = text.slice(forgotten);
    base += forgotten;
  }
  scanner.scan({ text, base, isWhole: true });
  return scanner.found;
}

/** What the library itself finds in a text that is shorter than the longest match. */
function libraryMatches(pattern: string, text: string): number[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: number[] = [];
  while (matcher.find()) if (matcher.end() > matcher.start()) found.push(matcher.start(), matcher.end());
  return found;
}

/** The same by the definition, for patterns that don't look at what stands around a match. */
function libraryMatchesInWindows(pattern: string, text: string): number[] {
  const compiled = RE2JS.compile(pattern);
  const found: number[] = [];
  let start = 0;
  while (start < text.length) {
    const limit = start + MAX_MATCH - (isInside(text, start + MAX_MATCH) ? 1 : 0);
    const matcher = compiled.matcher(text.slice(start, limit));
    const length = matcher.lookingAt() ? matcher.end() : 0;
    if (length > 0) found.push(start, start + length);
    start += length > 0 ? length : widthAt(text, start);
  }
  return found;
}

const atoms = ['a', 'b', '.', '[ab]', '[^a]', '\\w', '\\s', '\\d', 'é', '(?i:K)', '(?i:s)', '\\pL', '😀', '(?s:.)', ''];
const assertions = ['^', '$', '\\b', '\\B', '(?m:^)', '(?m:$)', '\\A', '\\z'];
const quantifiers = ['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{0,3}', '{1,}?', '{2,4}?'];
function patterns(leaves: string[]): fc.Arbitrary<string> {
  return fc.letrec<{ pattern: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(...leaves),
      fc
        .tuple(tie('pattern'), fc.constantFrom(...quantifiers))
        .map(([inner, quantifier]) => `(?:${inner})${quantifier}`),
    ),
    pattern: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
      fc.tuple(tie('pattern'), tie('pattern')).map(([first, second]) => `${first}|${second}`),
    ),
  })).pattern;
}

const characters = ['a', 'b', 'k', 'K', 's', 'ſ', '0', '_', ' ', '\n', 'é', '😀', '😁', '語', '\ud83d', '\ude00'];
const texts = (maxLength: number) =>
  fc.array(fc.constantFrom(...characters), { minLength: 0, maxLength, size: 'max' }).map((parts) => parts.join(''));
const cut = (text: string, places: number[]) =>
  [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length].flatMap(
    (start, index, all) => (index + 1 < all.length ? [text.slice(start, all[index + 1])] : []),
  );
const places = fc.array(fc.nat(), { maxLength: 12 });

test('a pattern matches as in RE2, in one piece and in many', () => {
  fc.assert(
    fc.property(patterns([...atoms, ...assertions]), texts(60), places, (pattern, text, cuts) => {
      const matcher = matcherOf(pattern);
      const expected = libraryMatches(pattern, text);
      expect(matches(matcher, [text])).toEqual(expected);
      expect(matches(matcher, cut(text, cuts))).toEqual(expected);
    }),
    runs(150),
  );
});

test('a match is looked for within 256 characters from its start', () => {
  const long = fc.tuple(texts(40), fc.integer({ min: 1, max: 60 })).map(([text, times]) => text.repeat(times));
  const leaves = [...atoms, '.*', '.*?', '[^b]*', 'a.{3,}b', '\\w+'];
  fc.assert(
    fc.property(patterns(leaves), fc.array(long, { maxLength: 3 }), places, (pattern, parts, cuts) => {
      const text = parts.join('');
      const matcher = matcherOf(pattern);
      const expected = libraryMatchesInWindows(pattern, text);
      expect(matches(matcher, [text])).toEqual(expected);
      expect(matches(matcher, cut(text, cuts))).toEqual(expected);
    }),
    runs(50),
  );
});
