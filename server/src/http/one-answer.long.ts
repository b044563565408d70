/** The property that a query has one answer, over many more queries than in `npm test`, and other ones each time. */
import { jest } from '@jest/globals';
import fc from 'fast-check';

jest.setTimeout(3_600_000);
const seed = Date.now();
process.stdout.write(`one answer: seed ${seed}\n`);
fc.configureGlobal({ numRuns: 3_000, seed, interruptAfterTimeLimit: 1_800_000 });
await import('./one-answer.api.js');
