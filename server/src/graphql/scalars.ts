import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { requestError } from '../errors.js';

/** Nothing longer is looked at; blanks around it and zeros that say nothing included. */
const decimalLengthMax = 100;
const decimalPattern = /^([+-]?)0*(\d{0,30})(?:\.(\d{0,20}?)0*)?$/;

/** Any exact way in which a person types a number, as its shortest one: " +0005.100" becomes "5.1", and "-.50" "-0.5". */
function parseDecimal(value: unknown): string {
  const text = typeof value === 'string' && value.length <= decimalLengthMax ? value.trim() : '';
  const [, sign, whole = '', decimals = ''] = (/\d/.test(text) && decimalPattern.exec(text)) || [];
  if (sign === undefined) throw requestError('decimalMalformed');
  const isNegative = sign === '-' && whole + decimals !== '';
  return `${isNegative ? '-' : ''}${whole || '0'}${decimals === '' ? '' : `.${decimals}`}`;
}

export const DecimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#decimal',
  description:
    'Exact base-10 number carried as a string, such as "1250.00"; never a float. Input may have a sign, zeros and blanks around it, and no exponent nor thousands separators: "0005", "+5.100" and ".5" are fine.',
  serialize: (value) => String(value),
  parseValue: parseDecimal,
  parseLiteral: (node) => parseDecimal(node.kind === Kind.STRING ? node.value : undefined),
});

const bigIntPattern = /^-?\d{1,19}$/;
const bigIntMax = 2n ** 63n;

function parseBigInt(value: unknown): string {
  if (typeof value === 'string' && bigIntPattern.test(value)) {
    const number = BigInt(value);
    if (number >= -bigIntMax && number < bigIntMax) return String(number);
  }
  throw requestError('bigIntMalformed');
}

export const BigIntScalar = new GraphQLScalarType<string, string>({
  name: 'BigInt',
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#long',
  description: '64-bit integer carried as a string, such as "1250".',
  serialize: (value) => String(value),
  parseValue: parseBigInt,
  parseLiteral: (node) => parseBigInt(node.kind === Kind.STRING ? node.value : undefined),
});

/** Nothing longer is looked at. */
const dateTimeLengthMax = 100;
const noDateTime = 'A DateTime is a time such as "2027-01-31T12:00:00Z".';

/** PostgreSQL has no year 0, and years above 9999 have no place in cursors. */
function inRange(time: Date): Date {
  const year = time.getUTCFullYear();
  if (year >= 1 && year <= 9_999) return time;
  throw requestError('requestMalformed', 'A DateTime lies in the years 1 to 9999.');
}

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  description: 'RFC 3339 date-time, always UTC with a trailing Z.',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: (value) => {
    if (typeof value === 'string' && value.length > dateTimeLengthMax)
      throw requestError('requestMalformed', noDateTime);
    return inRange(GraphQLDateTimeISO.parseValue(value));
  },
  parseLiteral: (node) => inRange(GraphQLDateTimeISO.parseLiteral(node, undefined)),
});
