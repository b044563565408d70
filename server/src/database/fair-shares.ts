interface Waiting {
  enter(): void;
}

/**
 * Places that organizations share: none has more than three quarters of them, and of those that wait each has its turn, the
 * one that had it longest ago first. Who waits within an organization is served in the order of coming.
 */
export class FairShares {
  #free: number;
  readonly #shareMax: number;
  /** How many places each has. */
  readonly #held = new Map<string, number>();
  /** In the order in which the organizations have their turn. */
  readonly #waiting = new Map<string, Set<Waiting>>();

  constructor(places: number) {
    this.#free = places;
    this.#shareMax = Math.max(1, Math.floor((places * 3) / 4));
  }

  /** Waits for a place, which is to be given back. @throws the signal's reason where it is aborted before */
  async take(organization: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0 && this.#mayHave(organization)) {
      this.#enter(organization);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#remove(organization, waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        enter: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      const queue = this.#waiting.get(organization) ?? new Set<Waiting>();
      this.#waiting.set(organization, queue.add(waiting));
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  giveBack(organization: string): void {
    const left = (this.#held.get(organization) ?? 1) - 1;
    if (left === 0) this.#held.delete(organization);
    else this.#held.set(organization, left);
    this.#free += 1;
    this.#serve();
  }

  /** How many wait although their organization has not all of its share. */
  get waitingCount(): number {
    let count = 0;
    for (const [organization, queue] of this.#waiting) if (this.#mayHave(organization)) count += queue.size;
    return count;
  }

  #serve(): void {
    for (const [organization, queue] of this.#waiting) {
      if (this.#free === 0) return;
      if (!this.#mayHave(organization)) continue;
      const [next] = queue;
      if (next === undefined) continue;
      this.#remove(organization, next);
      // To the end: whoever waits beside it comes first the next time.
      if (queue.size > 0) {
        this.#waiting.delete(organization);
        this.#waiting.set(organization, queue);
      }
      this.#enter(organization);
      next.enter();
    }
  }

  #mayHave(organization: string): boolean {
    return (this.#held.get(organization) ?? 0) < this.#shareMax;
  }

  #enter(organization: string): void {
    this.#free -= 1;
    this.#held.set(organization, (this.#held.get(organization) ?? 0) + 1);
  }

  #remove(organization: string, waiting: Waiting): void {
    const queue = this.#waiting.get(organization);
    queue?.delete(waiting);
    if (queue?.size === 0) this.#waiting.delete(organization);
  }
}
