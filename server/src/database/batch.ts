import DataLoader from 'dataloader';

/** How many keys one statement takes. */
const batchSizeMax = 1_000;

/** A loader whose batch function answers with records in any order; a key without one gets `missing`. */
export function recordLoader<Key extends string, Value>(
  fetch: (keys: readonly Key[]) => Promise<Iterable<readonly [Key, Value]>>,
  missing: (key: Key) => Value,
): DataLoader<Key, Value> {
  return new DataLoader<Key, Value>(
    async (keys) => {
      const found = new Map(await fetch(keys));
      return keys.map((key) => found.get(key) ?? missing(key));
    },
    { maxBatchSize: batchSizeMax },
  );
}

/** The key of a nested list: its parent and the arguments of the field. */
export interface NestedKey<Args extends object> {
  readonly parentId: string;
  readonly args: Args;
}

/**
 * A loader for nested lists: one call of `fetch` for all parents whose field has the same arguments, so one statement
 * a level however many parents there are.
 */
export function nestedLoader<Args extends object, Value>(
  fetch: (parentIds: readonly string[], args: Args) => Promise<ReadonlyMap<string, Value>>,
  missing: Value,
): DataLoader<NestedKey<Args>, Value, string> {
  return new DataLoader<NestedKey<Args>, Value, string>(
    async (keys) => {
      const groups = groupBy(keys, (key) => JSON.stringify(key.args));
      const found = new Map<string, ReadonlyMap<string, Value>>();
      await Promise.all(
        [...groups].map(async ([name, group]) => {
          const [first] = group;
          if (first !== undefined)
            found.set(
              name,
              await fetch(
                group.map((key) => key.parentId),
                first.args,
              ),
            );
        }),
      );
      return keys.map((key) => found.get(JSON.stringify(key.args))?.get(key.parentId) ?? missing);
    },
    {
      cacheKeyFn: (key) => `${key.parentId} ${JSON.stringify(key.args)}`,
      maxBatchSize: batchSizeMax,
    },
  );
}

/** The items by what `keyOf` says of them, each group in the order of the items. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
