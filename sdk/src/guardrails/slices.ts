/** Work that is done in steps: all at once, or with pauses in which other work can be done. */

/** How long a slice of work may take before there is a pause, in milliseconds; one more step may come on top. */
const LONGEST_SLICE = 10;

/** What is awaited between slices: it lets other work be done. */
export type Pause = () => PromiseLike<unknown>;

export async function inSlices<Result>(steps: Iterator<void, Result>, pause: Pause): Promise<Result> {
  let began = Date.now();
  while (true) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const elapsed = Date.now() - began;
    // A clock that was set back counts as well.
    if (elapsed >= LONGEST_SLICE || elapsed < 0) {
      await pause();
      began = Date.now();
    }
  }
}

export function atOnce<Result>(steps: Iterator<void, Result>): Result {
  while (true) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
