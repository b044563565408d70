import { describe, expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { server, useServer } from '../testing/use-server.js';

/** The order in which a request tries the targets of its route, apart from all that leads to it. */

useServer();

interface Targets {
  readonly strategy: string;
  readonly weights: readonly number[];
  readonly inputPrices?: readonly string[];
  readonly outputPrices?: readonly string[];
  readonly ids?: readonly string[];
}

const prices = (weights: readonly number[]) => weights.map(() => '1');

function parametersOf({ strategy, weights, ids, inputPrices, outputPrices }: Targets): unknown[] {
  return [
    strategy,
    ids ?? weights.map(() => uuidv7()),
    weights,
    inputPrices ?? prices(weights),
    outputPrices ?? prices(weights),
  ];
}

async function order(targets: Targets, requestId = 'r', [input, output] = [1_000, 1_000]): Promise<number[]> {
  const [row] = await server.database.rows<{ places: number[] }>({
    text: 'SELECT order_targets($1, $2::uuid[], $3::integer[], $4::numeric[], $5::numeric[], $6, $7, $8) AS places',
    values: [...parametersOf(targets), requestId, input, output],
  });
  return row?.places ?? [];
}

interface Share {
  readonly places: number[];
  readonly share: number;
}

/** How often each order comes among so many requests. */
async function shares(targets: Targets, requests: number): Promise<Share[]> {
  return server.database.rows<Share>({
    text: `SELECT order_targets($1, $2::uuid[], $3::integer[], $4::numeric[], $5::numeric[], 'request-' || n, 1, 1) AS places,
        count(*)::float8 / $6 AS share
      FROM generate_series(1, $6::integer) AS n GROUP BY 1`,
    values: [...parametersOf(targets), requests],
  });
}

const shareOf = (all: readonly Share[], has: (places: readonly number[]) => boolean) =>
  all.filter(({ places }) => has(places)).reduce((sum, { share }) => sum + share, 0);

test('FALLBACK is the order given', async () => {
  for (const weights of [[], [0], [0, 5], [1, 0, 7, 3]]) {
    expect(await order({ strategy: 'FALLBACK', weights })).toEqual(weights.map((_, index) => index + 1));
  }
});

describe('WEIGHTED', () => {
  test('gives each target its share of 100,000 requests within 1 %, and the fallbacks theirs of the rest', async () => {
    const weights = [1, 2, 3, 0, 4];
    const all = await shares({ strategy: 'WEIGHTED', weights }, 100_000);
    for (const [index, weight] of weights.entries()) {
      expect(Math.abs(shareOf(all, ([first]) => first === index + 1) - weight / 10)).toBeLessThan(0.01);
    }
    // Of those that begin with the last, which leaves 1 + 2 + 3.
    for (const [index, weight] of [1, 2, 3].entries()) {
      const share = shareOf(all, ([first, second]) => first === 5 && second === index + 1);
      expect(Math.abs(share - 0.4 * (weight / 6))).toBeLessThan(0.01);
    }
    expect(all.every(({ places }) => places.length === 5 && places[4] === 4)).toBe(true);
  });

  test('gives the largest and the smallest weight their shares', async () => {
    const all = await shares({ strategy: 'WEIGHTED', weights: [10_000, 1, 10_000] }, 100_000);
    expect(Math.abs(shareOf(all, ([first]) => first === 1) - 10_000 / 20_001)).toBeLessThan(0.01);
    expect(shareOf(all, ([first]) => first === 2)).toBeLessThan(0.001);
  });

  test('finds the same order for the same request, and the rest of it when a target is out', async () => {
    const ids = [1, 2, 3, 4].map(() => uuidv7());
    const weights = [1, 2, 3, 4];
    const targets = { strategy: 'WEIGHTED', ids, weights };
    for (let request = 0; request < 20; request++) {
      const places = await order(targets, `request-${request}`);
      expect(await order(targets, `request-${request}`)).toEqual(places);
      const left = await order({ ...targets, ids: ids.slice(1), weights: weights.slice(1) }, `request-${request}`);
      expect(left.map((place) => place + 1)).toEqual(places.filter((place) => place !== 1));
    }
  });

  test('has those of weight 0 last, in the order given', async () => {
    for (let request = 0; request < 20; request++) {
      const places = await order({ strategy: 'WEIGHTED', weights: [0, 2, 0, 1, 0] }, `request-${request}`);
      expect(places.slice(2)).toEqual([1, 3, 5]);
    }
    expect(await order({ strategy: 'WEIGHTED', weights: [0, 0] })).toEqual([1, 2]);
  });

  test('draws every order of equals as often as any other', async () => {
    const all = await shares({ strategy: 'WEIGHTED', weights: [1, 1, 1, 1] }, 24_000);
    expect(all).toHaveLength(24);
    for (const { share } of all) expect(Math.abs(share - 1 / 24)).toBeLessThan(0.01);
  });
});

describe('LOWEST_COST', () => {
  const targets = (inputPrices: string[], outputPrices: string[]) => ({
    strategy: 'LOWEST_COST',
    weights: inputPrices.map(() => 1),
    inputPrices,
    outputPrices,
  });

  test('reckons with the tokens of the request', async () => {
    const two = targets(['1', '3'], ['10', '5']);
    expect(await order(two, 'r', [1_000, 10])).toEqual([1, 2]);
    expect(await order(two, 'r', [10, 1_000])).toEqual([2, 1]);
  });

  test('keeps the order given where two cost the same, whatever their weights', async () => {
    expect(await order({ ...targets(['2', '1', '2', '1'], ['1', '2', '1', '2']), weights: [0, 1, 2, 3] })).toEqual([
      1, 2, 3, 4,
    ]);
    expect(await order(targets(['2', '1.0', '1'], ['1', '1', '1']))).toEqual([2, 3, 1]);
    expect(await order(targets(['5', '1'], ['5', '1']), 'r', [0, 0])).toEqual([1, 2]);
  });

  test('is exact to the last decimal, for as many tokens as there can be', async () => {
    const tokens: [number, number] = [2_147_483_647, 2_147_483_647];
    expect(await order(targets(['1000000', '999999.99999999'], ['1000000', '1000000']), 'r', tokens)).toEqual([2, 1]);
  });
});
