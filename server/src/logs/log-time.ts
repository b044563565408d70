/** Moments as ids: those of records are UUIDv7 of when the request came in. */

const dayMs = 86_400_000;
/** What the least UUIDv7 of a millisecond has behind its time: version and variant. */
const leastRest = 0x7000_8000_0000_0000_0000n;

/** Ids from `lower` on that are less than `upper`. */
export interface IdSpan {
  readonly lower: string;
  readonly upper: string;
}

export interface Day extends IdSpan {
  /** In UTC: days since 1970. */
  readonly day: number;
}

/** The ids of a range of time, between those of two places; null where there are none. */
export function spanOf(
  { from, to }: { readonly from: Date; readonly to: Date },
  { above, below }: { readonly above: string | null; readonly below: string | null },
): IdSpan | null {
  const lower = above === null ? leastId(from.getTime()) : max(leastId(from.getTime()), toNumber(above) + 1n);
  const upper = below === null ? leastId(to.getTime()) : min(leastId(to.getTime()), toNumber(below));
  return lower < upper ? { lower: toUuid(lower), upper: toUuid(upper) } : null;
}

/** The span by days in UTC, oldest first. */
export function daysOf({ lower, upper }: IdSpan): Day[] {
  const [first, last] = [timeOf(toNumber(lower)), timeOf(toNumber(upper) - 1n)].map((time) => Math.floor(time / dayMs));
  const days: Day[] = [];
  for (let day = first as number; day <= (last as number); day++) {
    days.push({
      day,
      lower: toUuid(max(toNumber(lower), leastId(day * dayMs))),
      upper: toUuid(min(toNumber(upper), leastId((day + 1) * dayMs))),
    });
  }
  return days;
}

/** The greatest id below this one. */
export function idBefore(id: string): string {
  return toUuid(max(toNumber(id) - 1n, 0n));
}

/** No record is from before 1970. */
function leastId(time: number): bigint {
  return (BigInt(Math.max(time, 0)) << 80n) | leastRest;
}

function timeOf(id: bigint): number {
  return Number(id >> 80n);
}

function toNumber(uuid: string): bigint {
  return BigInt(`0x${uuid.replaceAll('-', '')}`);
}

function toUuid(id: bigint): string {
  const hex = id.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
