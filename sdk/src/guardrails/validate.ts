/** What a guardrail may be. */
import { number } from './numbers.js';
import { compilePattern } from './pattern.js';
import type { GuardrailAction, GuardrailKind, GuardrailRule, PiiType } from './types.js';

const MOST_TERMS = 1_000;
const LONGEST_TERM = 100;
/** What `foldTerm` leaves something of. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;
const LARGEST_LENGTH = 2 ** 31 - 1;

const kinds = {
  BLOCKED_TERMS: ['terms'],
  PATTERN: ['pattern'],
  PII: ['piiTypes', 'country'],
  MAX_LENGTH: ['maxLength'],
} as const satisfies Record<GuardrailKind, readonly GuardrailField[]>;
const actions: readonly GuardrailAction[] = ['BLOCK', 'REDACT', 'FLAG'];
export const piiTypes: readonly PiiType[] = ['EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'IP_ADDRESS'];

/** ISO 3166 alpha-2: the countries whose phone numbers are known. */
const countries =
  'AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF ' +
  'CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG ' +
  'GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW ' +
  'KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF ' +
  'NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM ' +
  'SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK ' +
  'YE YT ZA ZM ZW';

/** A field of a guardrail that says what it looks for. */
export type GuardrailField = 'terms' | 'pattern' | 'piiTypes' | 'country' | 'maxLength';

/** One thing that is wrong with a guardrail. */
export interface GuardrailProblem {
  /** Which field it is about. */
  readonly field: GuardrailField | 'kind' | 'action';
  /** Of `terms` and `piiTypes`, which one, from 0 on; null where it is about the whole. */
  readonly index: number | null;
  /** A sentence for people. */
  readonly message: string;
  /** Whether something has to be there that isn't, rather than something else. */
  readonly isMissing: boolean;
}

/** All that is wrong with a guardrail; nothing when an evaluator can be made with it. */
export function validateGuardrail(guardrail: GuardrailRule): GuardrailProblem[] {
  const { kind, action } = guardrail;
  const problems: GuardrailProblem[] = [];
  if (!actions.includes(action as GuardrailAction)) problems.push(problem('action', `There is no action ${action}.`));
  if (!Object.hasOwn(kinds, kind)) return [problem('kind', `There is no kind ${kind}.`), ...problems];
  if (kind === 'MAX_LENGTH' && action === 'REDACT') {
    problems.push(problem('action', 'What is too long can be blocked or flagged, and not redacted.'));
  }
  const own: readonly GuardrailField[] = kinds[kind as GuardrailKind];
  for (const field of Object.values(kinds).flat()) {
    const isGiven = guardrail[field] !== undefined && guardrail[field] !== null;
    if (isGiven && own.includes(field)) problems.push(...checks[field](guardrail));
    else if (isGiven) problems.push(problem(field, `A guardrail of kind ${kind} has no ${field}.`));
    else if (own[0] === field)
      problems.push({ ...problem(field, `A guardrail of kind ${kind} needs ${field}.`), isMissing: true });
  }
  return problems;
}

function problem(field: GuardrailProblem['field'], message: string, index: number | null = null): GuardrailProblem {
  return { field, index, message, isMissing: false };
}

const checks: Record<GuardrailField, (guardrail: GuardrailRule) => GuardrailProblem[]> = {
  terms({ terms }) {
    const list = terms ?? [];
    if (list.length === 0) return [{ ...problem('terms', 'There has to be at least one term.'), isMissing: true }];
    if (list.length > MOST_TERMS) {
      return [
        problem('terms', `There are ${number(list.length)} terms, and at most ${number(MOST_TERMS)} are possible.`),
      ];
    }
    return list.flatMap((term, index) => {
      const length = term.length > 2 * LONGEST_TERM ? term.length : [...term.normalize('NFC')].length;
      if (length > LONGEST_TERM) {
        return [problem('terms', `Term ${index + 1} has more than ${LONGEST_TERM} characters.`, index)];
      }
      return visible.test(term) ? [] : [problem('terms', `Term ${index + 1} has nothing that can be seen.`, index)];
    });
  },
  pattern({ pattern }) {
    const compiled = compilePattern(pattern ?? '');
    return typeof compiled === 'string' ? [problem('pattern', compiled)] : [];
  },
  piiTypes(guardrail) {
    const types = guardrail.piiTypes ?? [];
    if (types.length === 0) return [{ ...problem('piiTypes', 'There has to be at least one type.'), isMissing: true }];
    return types.flatMap((type, index) => {
      if (!piiTypes.includes(type as PiiType)) return [problem('piiTypes', `There is no type ${type}.`, index)];
      return types.indexOf(type) < index ? [problem('piiTypes', `The type ${type} is there twice.`, index)] : [];
    });
  },
  country({ country }) {
    const isKnown = /^[A-Z]{2}$/.test(country ?? '') && countries.includes(country ?? '');
    return isKnown
      ? []
      : [
          problem(
            'country',
            `No local phone numbers of ${country} are known; a country is two capital letters, such as DE.`,
          ),
        ];
  },
  maxLength({ maxLength }) {
    const isPossible = Number.isInteger(maxLength) && (maxLength ?? 0) >= 1 && (maxLength ?? 0) <= LARGEST_LENGTH;
    return isPossible
      ? []
      : [problem('maxLength', `The length is a whole number from 1 to ${number(LARGEST_LENGTH)}.`)];
  },
};
