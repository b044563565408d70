import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import { TeamsDocument } from './generated/documents.js';
import type { TeamFragment, TeamsQuery } from './generated/operations.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** A team of the organization. */
export type Team = TeamFragment;

/** One page of teams; `totalCount` is there when it was asked for. */
export type TeamPage = NonNullable<TeamsQuery['teams']>;

/** Which teams. */
export interface TeamsSelector {
  /** Part of the name, in any case. */
  search?: string | null | undefined;
}

/** Which teams, and which page of them. */
export interface TeamsOptions extends TeamsSelector, PageOptions {}

/** The organization's teams, for its admins and for services with the scope `DIRECTORY_READ` or `DIRECTORY_WRITE`. */
export class Teams {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** One page of the organization's teams, by name; null for who may not read its directory. */
  list(options: TeamsOptions = {}, call?: CallOptions): CallPromise<TeamPage | null> {
    return this.#executor.data(TeamsDocument, { ...options }, call).map(({ teams }) => teams);
  }

  /** All of them, page after page. Throws ForbiddenError for who may not read the directory. */
  iterate(selector: TeamsSelector = {}, options: IterateOptions = {}): ItemIterator<Team> {
    return this.#executor.iterate(TeamsDocument, selector, options, null);
  }
}
