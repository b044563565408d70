/** What a guardrail looks at. */
export type GuardrailKind = 'BLOCKED_TERMS' | 'PATTERN' | 'PII' | 'MAX_LENGTH';
/** What happens to a text in which a guardrail matches. */
export type GuardrailAction = 'BLOCK' | 'REDACT' | 'FLAG';
/** Which personal data a guardrail of kind `PII` finds. */
export type PiiType = 'EMAIL' | 'PHONE' | 'CREDIT_CARD' | 'IBAN' | 'IP_ADDRESS';
/** What became of a text: the gravest action of the guardrails that match. */
export type GuardrailOutcome = 'ALLOWED' | 'FLAGGED' | 'REDACTED' | 'BLOCKED';

/** What a newer server may answer, as in the types of the client. */
export type Open<Value extends string> = Value | (string & {});

/** What is looked at of a guardrail: one that the server answers has it, and one that a program makes needs no more. */
export interface GuardrailRule {
  readonly kind: Open<GuardrailKind>;
  readonly action: Open<GuardrailAction>;
  /** Its place among the others; those without one come after them, as they were given. */
  readonly position?: number | null | undefined;
  /** Whether it applies: unless this is false. */
  readonly enabled?: boolean | null | undefined;
  /** Of kind `BLOCKED_TERMS`: 1 to 1,000 terms of 1 to 100 characters. */
  readonly terms?: readonly string[] | null | undefined;
  /** Of kind `PATTERN`: in RE2's syntax. */
  readonly pattern?: string | null | undefined;
  /** Of kind `PII`. */
  readonly piiTypes?: readonly Open<PiiType>[] | null | undefined;
  /** Of kind `PII`: local phone numbers of this country count too; ISO 3166 alpha-2. */
  readonly country?: string | null | undefined;
  /** Of kind `MAX_LENGTH`, in code points. */
  readonly maxLength?: number | null | undefined;
}

/** A place where a guardrail matches: half-open, in UTF-16 code units of the text as it came. */
export interface GuardrailMatch<Guardrail extends GuardrailRule = GuardrailRule> {
  /** The very object that the evaluator was made with. */
  readonly guardrail: Guardrail;
  /** What was found, by a guardrail of kind `PII`; null for the others. */
  readonly piiType: PiiType | null;
  readonly start: number;
  readonly end: number;
}

/** What became of a text. */
export interface GuardrailCheck<Guardrail extends GuardrailRule = GuardrailRule> {
  readonly outcome: GuardrailOutcome;
  /** The text as it goes on; null when it was blocked. */
  readonly text: string | null;
  /**
   * Those of all guardrails by start, then by the guardrails' order; at most 1,000 of each guardrail. Of a text that was
   * blocked, those that begin before the end of the first match that blocks.
   */
  readonly matches: readonly GuardrailMatch<Guardrail>[];
}

/** What is known of countries' local phone numbers: `countries` of `@tokenvue/sdk/guardrails/countries`. */
export interface Countries {
  /** Whether the digits, as they are dialled within the country (ISO 3166 alpha-2), are a phone number there. */
  isLocalNumber(digits: string, country: string): boolean;
  /** What is dialled before numbers within the country, such as 0; empty where it is nothing. */
  trunkOf(country: string): string;
}
