/** How many digits of the number are a step's count. */
const digits = 12;
/** A step reaches from a latency to so many times it. */
const growth = 1.01 / 0.99;

/**
 * A value within 1 % of every latency of the step, as `latency_step()` of the database has it: as far above its lower end, in
 * parts of it, as below its upper one.
 */
function latencyOf(step: number): number {
  return step <= 1 ? step : (2 * growth ** (step - 1)) / (1 + growth);
}

/** How often each latency occurred, up to 1 % of it; as the database keeps and adds it, one number. */
export class LatencyHistogram {
  /** From the lowest step on; exact, because a count has fewer digits than JavaScript's whole numbers. */
  readonly #counts: number[] = [];
  readonly #total: number;

  /** @param number In decimal, the count of the lowest step in its last digits. */
  constructor(number: string) {
    for (let end = number.length; end > 0; end -= digits) {
      this.#counts.push(Number(number.slice(Math.max(0, end - digits), end)));
    }
    this.#total = this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The least latency that at least so many of 100 do not exceed, in milliseconds: the nearest rank. */
  percentile(percent: number): number {
    let soFar = 0;
    const step = this.#counts.findIndex((count) => {
      soFar += count;
      return soFar * 100 >= this.#total * percent;
    });
    return latencyOf(step);
  }
}
