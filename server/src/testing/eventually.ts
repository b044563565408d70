import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 25;
const attemptsMax = 1_600;

/** Repeats the attempt until it does not throw, for some forty seconds, and answers with its result. */
export async function eventually<Result>(attempt: () => Promise<Result> | Result): Promise<Result> {
  for (let left = attemptsMax; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await delay(pauseMs);
    }
  }
}
