/**
 * The local phone numbers of all countries, for guardrails that have a `country`. It is an entry point of its own, because
 * what it knows is larger than everything else here.
 *
 * @module guardrails/countries
 */
import { isSupportedCountry, Metadata, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Countries } from './types.js';

export type { Countries } from './types.js';

/** Kept for fiction, so given to nobody, but what people try first: in other countries such numbers are valid. */
const britishFiction = /^0(?:7700900|1632960)\d{3}$/;

/** What `createEvaluator` takes as its option `countries`. */
export const countries: Countries = {
  isLocalNumber(digits: string, country: string): boolean {
    if (!isSupportedCountry(country)) return false;
    if (country === 'GB' && britishFiction.test(digits)) return true;
    return parsePhoneNumberFromString(digits, { defaultCountry: country, extract: false })?.isValid() ?? false;
  },
  trunkOf(country: string): string {
    if (!isSupportedCountry(country)) return '';
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    // The library's types leave this method out.
    const plan = metadata.numberingPlan as { nationalPrefix?(): string | undefined } | undefined;
    return plan?.nationalPrefix?.() ?? '';
  },
};
