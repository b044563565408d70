import { isOpaque } from '../credentials.js';
import { check } from '../graphql/validators.js';
import { parseUrl } from '../url.js';

/** Where the gateway looks, and what it is called there: printable characters without blanks. */
const reference = /^(?:env|file|vault|aws-sm|gcp-sm|azure-kv):([^\s\p{Z}\p{C}]{1,512})$/u;
const referenceMax = 2_000;

const nameIn = (value: string) => (value.length > referenceMax ? undefined : reference.exec(value)?.[1]);

export const IsCredentialRef = check(
  'credentialRefInvalid',
  (value) => value === null || (typeof value === 'string' && nameIn(value) !== undefined),
);

/** The version of a secret in Azure's own name for it. */
const azureVersion = /^(https:\/\/[\w.-]{1,200}\/secrets\/[\w-]{1,127})\/[0-9a-f]{32}$/;

/** Also where the form is right: a credential that is pasted behind a prefix stays one. */
export const IsNotOpaque = check(
  'credentialPasted',
  (value) =>
    typeof value !== 'string' || !isOpaque((nameIn(value) ?? value.slice(0, referenceMax)).replace(azureVersion, '$1')),
);

const pricePattern = /^(\d{1,20})(?:\.(\d{1,8}))?$/;

/** Whether the text is a price from 0 to 1,000,000 with at most eight decimals. */
export function isPrice(value: unknown): boolean {
  const [, whole, decimals = '0'] = (typeof value === 'string' && pricePattern.exec(value)) || [];
  if (whole === undefined) return false;
  return Number(whole) < 1_000_000 || (Number(whole) === 1_000_000 && Number(decimals) === 0);
}

/** Leaves null to `NotNull`, so that it is told of once. */
export const IsPrice = check('priceInvalid', (value) => value === null || isPrice(value));

/** The same price as it is kept: "002.500" becomes "2.50", "0.00015" stays. */
export function toPrice(value: string): string {
  const [whole = '0', decimals = ''] = value.split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${decimals.replace(/0+$/, '').padEnd(2, '0')}`;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
export const baseUrlMax = 2_000;

/** Whether a provider can be called at this address: https, or http to this machine where that is allowed. */
export function isBaseUrl(value: string, { allowsLoopback }: { readonly allowsLoopback: boolean }): boolean {
  if (value.length > baseUrlMax || !/^https?:\/\/[^\s\p{C}\\@?#/]+(?:\/[^\s\p{C}\\?#]*)?$/iu.test(value)) return false;
  const url = parseUrl(value);
  return url?.protocol === 'https:' || (allowsLoopback && url !== null && loopback.test(url.hostname));
}
