/** Guardrails as scanners, in the order in which they apply. */
import { LengthScanner } from './max-length.js';
import { compilePattern } from './pattern.js';
import { PatternScanner } from './pattern-scanner.js';
import { cardRules } from './pii/card.js';
import { EmailScanner } from './pii/email.js';
import { ibanRules } from './pii/iban.js';
import { ipRules } from './pii/ip.js';
import { LocalScanner } from './pii/local-scanner.js';
import { type LocalNumbers, phoneRules } from './pii/phone.js';
import type { Scanner } from './scanner.js';
import { TermMatcher, TermScanner } from './terms.js';
import type { Countries, GuardrailAction, GuardrailRule, PiiType } from './types.js';
import { validateGuardrail } from './validate.js';

/** What one finder of one scanner is to a guardrail. */
export interface Rule<Guardrail> {
  readonly guardrail: Guardrail;
  /** The guardrail's place in the order. */
  readonly order: number;
  readonly action: GuardrailAction;
  readonly piiType: PiiType | null;
  readonly scanner: number;
  readonly finder: number;
}

/** What texts are evaluated with; every text has scanners of its own. */
export interface Compiled<Guardrail> {
  readonly rules: readonly Rule<Guardrail>[];
  readonly scanners: readonly (() => Scanner)[];
  /** How many nanoseconds a code unit takes in the worst text, roughly. */
  readonly worst: number;
}

/** A guardrail with which no evaluator can be made. */
export class GuardrailError extends Error {
  static override readonly name: string = 'GuardrailError';
  declare readonly guardrail: GuardrailRule;

  constructor(message: string, guardrail: GuardrailRule) {
    super(message);
    this.guardrail = guardrail;
  }

  override get name(): string {
    return 'GuardrailError';
  }
}

/** Nanoseconds a code unit in the worst text, as measured (`sdk/bench/guardrails.mjs`). */
const costs = { text: 100, terms: 300, termList: 60, pattern: 200, step: 8, type: 250, local: 2_000 };

export function compile<Guardrail extends GuardrailRule>(
  guardrails: readonly Guardrail[],
  countries: Countries | undefined,
): Compiled<Guardrail> {
  const compiler = new Compiler<Guardrail>(countries);
  for (const [order, guardrail] of inOrder(guardrails).entries()) compiler.add(guardrail, order);
  return compiler.compiled();
}

function inOrder<Guardrail extends GuardrailRule>(guardrails: readonly Guardrail[]): Guardrail[] {
  const placeOf = ({ position }: Guardrail) => position ?? Number.POSITIVE_INFINITY;
  const applying = guardrails.filter(({ enabled }) => enabled !== false);
  return applying.sort((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)));
}

class Compiler<Guardrail extends GuardrailRule> {
  readonly #countries: Countries | undefined;
  readonly #rules: Rule<Guardrail>[] = [];
  readonly #scanners: (() => Scanner)[] = [];
  /** Scanners of personal data by type and country: guardrails share them. */
  readonly #shared = new Map<string, number>();
  readonly #lists: { matcher: TermMatcher; guardrail: Guardrail; order: number }[] = [];
  #worst = costs.text;

  constructor(countries: Countries | undefined) {
    this.#countries = countries;
  }

  add(guardrail: Guardrail, order: number): void {
    const [problem] = validateGuardrail(guardrail);
    if (problem !== undefined) throw new GuardrailError(problem.message, guardrail);
    const { kind, terms, pattern, maxLength } = guardrail;
    if (kind === 'BLOCKED_TERMS') this.#lists.push({ matcher: new TermMatcher(terms ?? []), guardrail, order });
    else if (kind === 'PATTERN') this.#addPattern(guardrail, order, pattern ?? '');
    else if (kind === 'PII') this.#addTypes(guardrail, order);
    else
      this.#addRule(
        guardrail,
        order,
        this.#scanner(() => new LengthScanner(maxLength ?? 0)),
      );
  }

  compiled(): Compiled<Guardrail> {
    const matchers = this.#lists.map(({ matcher }) => matcher);
    if (matchers.length > 0) {
      this.#worst += costs.terms + costs.termList * matchers.length;
      const scanner = this.#scanner(() => new TermScanner(matchers));
      for (const [finder, { guardrail, order }] of this.#lists.entries()) {
        this.#addRule(guardrail, order, scanner, null, finder);
      }
    }
    return { rules: this.#rules, scanners: this.#scanners, worst: this.#worst };
  }

  #scanner(make: () => Scanner): number {
    return this.#scanners.push(make) - 1;
  }

  #addRule(guardrail: Guardrail, order: number, scanner: number, piiType: PiiType | null = null, finder = 0): void {
    const action = guardrail.action as GuardrailAction;
    this.#rules.push({ guardrail, order, action, piiType, scanner, finder });
  }

  #addPattern(guardrail: Guardrail, order: number, pattern: string): void {
    const matcher = compilePattern(pattern);
    if (typeof matcher === 'string') throw new GuardrailError(matcher, guardrail);
    this.#worst += costs.pattern + costs.step * matcher.program.steps;
    this.#addRule(
      guardrail,
      order,
      this.#scanner(() => new PatternScanner(matcher)),
    );
  }

  #addTypes(guardrail: Guardrail, order: number): void {
    for (const type of guardrail.piiTypes ?? []) {
      const piiType = type as PiiType;
      const country = piiType === 'PHONE' ? (guardrail.country ?? '') : '';
      const make = this.#finderOf(piiType, country, guardrail);
      let scanner = this.#shared.get(piiType + country);
      if (scanner === undefined) {
        scanner = this.#scanner(make);
        this.#shared.set(piiType + country, scanner);
        this.#worst += country === '' ? costs.type : costs.local;
      }
      this.#addRule(guardrail, order, scanner, piiType);
    }
  }

  #finderOf(piiType: PiiType, country: string, guardrail: Guardrail): () => Scanner {
    if (piiType === 'EMAIL') return () => new EmailScanner();
    if (piiType === 'CREDIT_CARD') return () => new LocalScanner(cardRules);
    if (piiType === 'IBAN') return () => new LocalScanner(ibanRules);
    if (piiType === 'IP_ADDRESS') return () => new LocalScanner(ipRules);
    const rules = phoneRules(country === '' ? null : this.#numbersOf(country, guardrail));
    return () => new LocalScanner(rules);
  }

  #numbersOf(country: string, guardrail: Guardrail): LocalNumbers {
    const countries = this.#countries;
    if (countries === undefined) {
      throw new GuardrailError(
        `The guardrail has the country ${country}: give the evaluator \`countries\` of @tokenvue/sdk/guardrails/countries.`,
        guardrail,
      );
    }
    const trunk = countries.trunkOf(country);
    return { country, trunk, isNumber: (digits) => countries.isLocalNumber(digits, country) };
  }
}
