import { LRUCache } from 'lru-cache';

/** What a key and its entry take beside the value, in bytes. */
const entryBytes = 500;

/** A cache of Apollo's that holds so many bytes at the most, by what `bytesOf` takes a value for. */
export class BoundedCache<Value extends object | string> {
  readonly #values: LRUCache<string, Value>;

  constructor(bytesMax: number, bytesOf: (value: Value) => number) {
    this.#values = new LRUCache({ maxSize: bytesMax, sizeCalculation: (value) => entryBytes + bytesOf(value) });
  }

  get size(): number {
    return this.#values.size;
  }

  async get(key: string): Promise<Value | undefined> {
    return this.#values.get(key);
  }

  async set(key: string, value: Value): Promise<void> {
    this.#values.set(key, value);
  }

  async delete(key: string): Promise<boolean> {
    return this.#values.delete(key);
  }
}
