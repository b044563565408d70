/** Guardrails as scanners, in the order in which they apply. */
import type { AhoCorasick } from './aho-corasick.js';
import { LengthScanner } from './max-length.js';
import { compilePattern } from './pattern.js';
import { PatternScanner } from './pattern-scanner.js';
import { cardRules } from './pii/card.js';
import { EmailScanner } from './pii/email.js';
import { ibanRules } from './pii/iban.js';
import { ipRules } from './pii/ip.js';
import { type LocalNumbers, phoneRules } from './pii/phone.js';
import { WindowScanner } from './pii/window-scanner.js';
import type { Scanner } from './scanner.js';
import { compileTerms, TermScanner } from './terms.js';
import type { Countries, GuardrailAction, GuardrailRule, PiiType } from './types.js';
import { validateGuardrail } from './validate.js';

/** What a guardrail looks for with one finder. */
export interface Rule<Guardrail> {
  readonly guardrail: Guardrail;
  /** The guardrail's place in the order. */
  readonly order: number;
  readonly action: GuardrailAction;
  readonly piiType: PiiType | null;
  /** Makes the scanner of a text; rules with the same one share it. */
  readonly scanner: () => Scanner;
  /** Which of the scanner's finders it is. */
  readonly finder: number;
}

/** A guardrail with which no evaluator can be made. */
export class GuardrailError extends Error {
  /** The one that is not valid. */
  declare readonly guardrail: GuardrailRule;

  constructor(message: string, guardrail: GuardrailRule) {
    super(message);
    this.guardrail = guardrail;
  }

  /** The class's name, which no minifier changes. */
  override get name(): string {
    return 'GuardrailError';
  }
}

/** Compiles the guardrails in steps. */
export function* compile<Guardrail extends GuardrailRule>(
  guardrails: readonly Guardrail[],
  countries: Countries | undefined,
): Generator<void, readonly Rule<Guardrail>[]> {
  const compiler = new Compiler<Guardrail>(countries);
  for (const [order, guardrail] of inOrder(guardrails).entries()) {
    const [problem] = validateGuardrail(guardrail);
    if (problem !== undefined) throw new GuardrailError(problem.message, guardrail);
    yield;
    yield* compiler.add(guardrail, order);
  }
  return compiler.rules();
}

function inOrder<Guardrail extends GuardrailRule>(guardrails: readonly Guardrail[]): Guardrail[] {
  const placeOf = ({ position }: Guardrail) => position ?? Number.POSITIVE_INFINITY;
  const applying = guardrails.filter(({ enabled }) => enabled !== false);
  return applying.sort((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)));
}

class Compiler<Guardrail extends GuardrailRule> {
  readonly #countries: Countries | undefined;
  readonly #rules: Rule<Guardrail>[] = [];
  /** Scanners of personal data by type and country: guardrails share them. */
  readonly #shared = new Map<string, () => Scanner>();
  readonly #lists: { terms: AhoCorasick; guardrail: Guardrail; order: number }[] = [];

  constructor(countries: Countries | undefined) {
    this.#countries = countries;
  }

  *add(guardrail: Guardrail, order: number): Generator<void, void> {
    const { kind, terms, pattern, maxLength } = guardrail;
    if (kind === 'BLOCKED_TERMS') this.#lists.push({ terms: yield* compileTerms(terms ?? []), guardrail, order });
    else if (kind === 'PATTERN') this.#addPattern(guardrail, order, pattern ?? '');
    else if (kind === 'PII') this.#addTypes(guardrail, order);
    else this.#addRule(guardrail, order, () => new LengthScanner(maxLength ?? 0));
  }

  rules(): readonly Rule<Guardrail>[] {
    const automatons = this.#lists.map((list) => list.terms);
    const make = () => new TermScanner(automatons);
    for (const [finder, { guardrail, order }] of this.#lists.entries()) {
      this.#addRule(guardrail, order, make, null, finder);
    }
    return this.#rules;
  }

  #addRule(
    guardrail: Guardrail,
    order: number,
    scanner: () => Scanner,
    piiType: PiiType | null = null,
    finder = 0,
  ): void {
    const action = guardrail.action as GuardrailAction;
    this.#rules.push({ guardrail, order, action, piiType, scanner, finder });
  }

  #addPattern(guardrail: Guardrail, order: number, pattern: string): void {
    const matcher = compilePattern(pattern);
    if (typeof matcher === 'string') throw new GuardrailError(matcher, guardrail);
    this.#addRule(guardrail, order, () => new PatternScanner(matcher));
  }

  #addTypes(guardrail: Guardrail, order: number): void {
    for (const type of guardrail.piiTypes ?? []) {
      const piiType = type as PiiType;
      const country = piiType === 'PHONE' ? (guardrail.country ?? '') : '';
      const scanner = this.#shared.get(piiType + country) ?? this.#finderOf(piiType, country, guardrail);
      this.#shared.set(piiType + country, scanner);
      this.#addRule(guardrail, order, scanner, piiType);
    }
  }

  #finderOf(piiType: PiiType, country: string, guardrail: Guardrail): () => Scanner {
    if (piiType === 'EMAIL') return () => new EmailScanner();
    if (piiType === 'CREDIT_CARD') return () => new WindowScanner(cardRules);
    if (piiType === 'IBAN') return () => new WindowScanner(ibanRules);
    if (piiType === 'IP_ADDRESS') return () => new WindowScanner(ipRules);
    const rules = phoneRules(country === '' ? null : this.#numbersOf(country, guardrail));
    return () => new WindowScanner(rules);
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
