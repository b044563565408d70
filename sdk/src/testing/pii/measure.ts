/** How exactly personal data is found: precision and recall on the labelled sets. */
import { countries } from '../../guardrails/countries.js';
import { createEvaluator } from '../../guardrails/index.js';
import type { PiiType } from '../../guardrails/types.js';
import { negativeLine } from './negatives.js';
import { cardSample, emailSample, ibanSample, ipSample } from './others.js';
import { phoneCountries, phoneSamples } from './phones.js';
import { Random, type Sample } from './random.js';

/** How many places of a type were found rightly, found wrongly, and missed. */
export interface Score {
  name: string;
  places: number;
  right: number;
  wrong: number;
  missed: number;
  /** Some of what was wrong or missed, for whoever betters it. */
  examples: string[];
}

export const precisionOf = ({ right, wrong }: Score): number => right / (right + wrong);
export const recallOf = ({ right, missed }: Score): number => right / (right + missed);

const negatives = (() => {
  const random = new Random(1);
  return Array.from({ length: 10_000 }, () => negativeLine(random));
})();

/** Scores a type on its samples, on those of the others, and on the lines without any. */
function score(
  name: string,
  type: PiiType,
  country: string | null,
  samples: readonly Sample[],
  others: readonly Sample[],
): Score {
  const evaluator = createEvaluator([{ kind: 'PII', action: 'FLAG', piiTypes: [type], country }], { countries });
  const result: Score = { name, places: 0, right: 0, wrong: 0, missed: 0, examples: [] };
  const without = [...others.map(({ text }) => text), ...negatives].map((text) => ({ text, places: [] }));
  for (const { text, places } of [...samples, ...without]) {
    const found = evaluator.evaluate(text).matches.map(({ start, end }) => `${start}-${end}`);
    const expected = places.map(({ start, end }) => `${start}-${end}`);
    const right = found.filter((place) => expected.includes(place)).length;
    result.places += expected.length;
    result.right += right;
    result.wrong += found.length - right;
    result.missed += expected.length - right;
    if (right < found.length || right < expected.length)
      result.examples.push(`${text} expected ${expected} found ${found}`);
  }
  return result;
}

/** A score for each type, and for phone numbers one for each country and one for all. */
export function measure(): Score[] {
  const random = new Random(2);
  const many = (make: (random: Random) => Sample) => Array.from({ length: 1_000 }, () => make(random));
  const sets = {
    EMAIL: many(emailSample),
    CREDIT_CARD: many(cardSample),
    IBAN: many(ibanSample),
    IP_ADDRESS: many(ipSample),
  };
  const others = (type: string) => Object.entries(sets).flatMap(([name, samples]) => (name === type ? [] : samples));
  const scores = (Object.keys(sets) as (keyof typeof sets)[]).map((type) =>
    score(type, type, null, sets[type], others(type)),
  );
  const phones = Object.keys(phoneCountries).map((country) => ({ country, ...phoneSamples(random, country, 200) }));
  const international = phones.flatMap((samples) => samples.international);
  const everything = Object.values(sets).flat();
  return [
    ...scores,
    score('PHONE, international', 'PHONE', null, international, everything),
    ...phones.map(({ country, local, international: abroad }) =>
      score(`PHONE, \`country\` ${country}`, 'PHONE', country, [...local, ...abroad], everything),
    ),
  ];
}
