/**
 * A copy of a value as JSON has it. Throws TypeError for what JSON would quietly turn into null, which means "clear", or
 * would leave out: NaN and infinities, dates that are none, functions, symbols, and undefined in a list.
 */
export function asJson<Value>(value: Value, name: string): Value {
  const paths = new Map<unknown, string>();
  const text = JSON.stringify({ [name]: value }, function (this: Record<string, unknown>, key, part: unknown) {
    // What it was before its `toJSON`, which of a date that is none makes null.
    const given = this[key];
    const within = paths.get(this);
    const path = within === undefined ? key : `${within}.${key}`;
    if (typeof part === 'object') paths.set(part, path);
    if (isLost(part, given, Array.isArray(this))) {
      throw new TypeError(`${path} is ${nameOf(given)}, which cannot be sent`);
    }
    return part;
  });
  return JSON.parse(text)[name];
}

function isLost(part: unknown, given: unknown, isItem: boolean): boolean {
  if (typeof part === 'number' || part instanceof Number) return !Number.isFinite(Number(part));
  if (part === undefined) return isItem || given !== undefined;
  return typeof part === 'function' || typeof part === 'symbol' || (part === null && given !== null);
}

function nameOf(given: unknown): string {
  return typeof given === 'number' || given instanceof Date ? String(given) : `a ${typeof given}`;
}
