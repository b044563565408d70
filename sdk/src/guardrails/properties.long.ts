/** The properties of streams and patterns, over many more texts than in `npm test`, and other ones each time. */
import { jest } from '@jest/globals';
import fc from 'fast-check';

jest.setTimeout(600_000);
fc.configureGlobal({ numRuns: 6_000, seed: Date.now() });
await import('./stream.test.js');
await import('./pattern-scanner.test.js');
