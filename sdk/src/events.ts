import type { ClientOptions, Hooks } from './options.js';

type HookEvent<Hook extends keyof Hooks> = Parameters<NonNullable<Hooks[Hook]>>[0];

/** Tells the caller's hooks and logger what happens; neither can disturb a call. */
export class Events {
  readonly #options: ClientOptions;
  /** Operations of which it was told already that they use what is deprecated. */
  readonly #warned = new Set<string>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Tells the hook and the logger. */
  tell<Hook extends keyof Hooks>(hook: Hook, event: HookEvent<Hook>): void {
    const { [hook]: listen, logger } = this.#options as {
      [hook in Hook]?: (event: HookEvent<Hook>) => void;
    } & ClientOptions;
    undisturbed(() => listen?.(event));
    undisturbed(() => logger?.debug?.(`TokenVue ${hook}`, event));
  }

  /** Warns once of an operation. */
  warn(document: string, operationName: string | undefined, deprecations: readonly string[]): void {
    if (deprecations.length === 0 || this.#warned.has(document)) return;
    this.#warned.add(document);
    const { logger = console } = this.#options;
    undisturbed(() => logger.warn('TokenVue: an operation uses deprecated fields', { operationName, deprecations }));
  }
}

/** A call does not fail because somebody could not hear of it, at once or later. */
function undisturbed(tell: () => unknown): void {
  new Promise((resolve) => resolve(tell())).catch(() => {});
}
