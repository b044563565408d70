/** How exactly personal data is found: precision and recall on the labelled sets. */
import { countries } from '../../guardrails/countries.js';
import { createEvaluator, type GuardrailMatch, type PiiType } from '../../guardrails/index.js';
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

/** A line with its set: a type, the local or international numbers of a country, or `none`. */
interface Line extends Sample {
  readonly set: string;
}

const makers = { EMAIL: emailSample, CREDIT_CARD: cardSample, IBAN: ibanSample, IP_ADDRESS: ipSample };

function labelledLines(share: number): Line[] {
  const [forLines, forNegatives] = [new Random(2), new Random(1)];
  const lines: Line[] = [];
  const add = (set: string, samples: Iterable<Sample>) => {
    for (const { text, places } of samples) lines.push({ text, places, set });
  };
  for (const [type, make] of Object.entries(makers))
    add(
      type,
      Array.from({ length: 1_000 * share }, () => make(forLines)),
    );
  for (const country of Object.keys(phoneCountries)) {
    const { local, international } = phoneSamples(forLines, country, 200 * share);
    add(`local ${country}`, local);
    add(`international ${country}`, international);
  }
  add(
    'none',
    Array.from({ length: 10_000 * share }, () => ({ text: negativeLine(forNegatives), places: [] })),
  );
  return lines;
}

/** What is measured: a type as one guardrail finds it, in the sets that hold it and in those that hold nothing like it. */
interface Subject {
  readonly score: Score;
  readonly finds: (match: GuardrailMatch<Rule>) => boolean;
  readonly holds: (set: string) => boolean;
  readonly leavesOut: (set: string) => boolean;
}

interface Rule {
  readonly kind: 'PII';
  readonly action: 'FLAG';
  readonly piiTypes: readonly PiiType[];
  readonly country: string | null;
}

function subject(name: string, rest: Omit<Subject, 'score'>): Subject {
  return { score: { name, places: 0, right: 0, wrong: 0, missed: 0, examples: [] }, ...rest };
}

/** A score for each type, and for phone numbers one without a country and one for each; by a share of the lines. */
export function measure(share = 1): Score[] {
  const rule = (country: string | null, ...piiTypes: PiiType[]): Rule => ({
    kind: 'PII',
    action: 'FLAG',
    piiTypes,
    country,
  });
  const isPhone = (set: string) => /^(local|international) /.test(set);
  const everything = rule(null, 'EMAIL', 'CREDIT_CARD', 'IBAN', 'IP_ADDRESS', 'PHONE');
  const ofCountries = Object.keys(phoneCountries).map((country) => rule(country, 'PHONE'));
  const subjects = [
    ...Object.keys(makers).map((type) =>
      subject(type, {
        finds: ({ guardrail, piiType }) => guardrail === everything && piiType === type,
        holds: (set) => set === type,
        leavesOut: () => false,
      }),
    ),
    subject('PHONE, international', {
      finds: ({ guardrail, piiType }) => guardrail === everything && piiType === 'PHONE',
      holds: (set) => set.startsWith('international'),
      leavesOut: (set) => set.startsWith('local'),
    }),
    ...ofCountries.map((ofCountry) =>
      subject(`PHONE, \`country\` ${ofCountry.country}`, {
        finds: ({ guardrail }) => guardrail === ofCountry,
        holds: (set) => isPhone(set) && set.endsWith(` ${ofCountry.country}`),
        leavesOut: (set) => isPhone(set) && !set.endsWith(` ${ofCountry.country}`),
      }),
    ),
  ];
  const evaluator = createEvaluator([everything, ...ofCountries], { countries });
  for (const line of labelledLines(share)) {
    const { matches } = evaluator.evaluate(line.text);
    for (const one of subjects) if (!one.leavesOut(line.set)) count(one, line, matches.filter(one.finds));
  }
  return subjects.map(({ score }) => score);
}

function count({ score, holds }: Subject, { text, places, set }: Line, matches: readonly GuardrailMatch<Rule>[]): void {
  const found = matches.map(({ start, end }) => `${start}-${end}`);
  const expected = holds(set) ? places.map(({ start, end }) => `${start}-${end}`) : [];
  const right = found.filter((place) => expected.includes(place)).length;
  score.places += expected.length;
  score.right += right;
  score.wrong += found.length - right;
  score.missed += expected.length - right;
  if (right < found.length || right < expected.length)
    score.examples.push(`${text} expected ${expected} found ${found}`);
}
