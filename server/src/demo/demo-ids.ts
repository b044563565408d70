import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const idTime = Date.UTC(2026, 0, 1);

/**
 * A UUID of version 7, as everywhere in these tables, with a fixed time and bits from the name in place of random ones.
 * Lists are ordered by the rows' own times, so it does no harm that all ids name the same one.
 */
export function demoId(table: string, name: string): string {
  return uuidv7({ msecs: idTime, random: demoBytes(table, name) });
}

/**
 * 32 bytes that follow from the name. They are cut from a SHA-512, so that nobody knows a secret of which they would be
 * the SHA-256: as digests they make keys that can't be used.
 */
export function demoBytes(purpose: string, name: string): Buffer {
  return createHash('sha512').update(`tokenvue demonstration/${purpose}/${name}`).digest().subarray(0, 32);
}

/** Numbers from 0 to below 1 that follow from the name, one at a call. */
export function demoNumbers(purpose: string, name: string): () => number {
  let block = demoBytes(purpose, name);
  let place = 0;
  return () => {
    if (place + 4 > block.length) {
      block = createHash('sha512').update(block).digest();
      place = 0;
    }
    const number = block.readUInt32BE(place) / 2 ** 32;
    place += 4;
    return number;
  };
}
