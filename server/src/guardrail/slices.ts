import { setImmediate as nextTurn } from 'node:timers/promises';

let last: Promise<unknown> = Promise.resolve();

/**
 * Waits until it is the turn of whoever asks: of all that is worked on in slices, one slice is done between two looks at the
 * network, however many texts are checked at the same time.
 */
export function pause(): Promise<unknown> {
  last = last.then(() => nextTurn());
  return last;
}
