import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import { SyncTeamAccessDocument } from './generated/documents.js';
import type { SyncTeamAccessInput } from './generated/operations.js';
import type { CallOptions } from './options.js';

/** How much a sync changed; zeros when everything was in line before. */
export interface TeamAccessChanges {
  /** Users that were made or changed. */
  usersChanged: number;
  /** Those of them who could sign in and no longer can. */
  usersDeactivated: number;
  /** Teams that were made or changed, their people included. */
  teamsChanged: number;
}

/** Who is in which team of the organization: the access from which members are picked. */
export class TeamAccess {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * Brings the users and teams that the input names in line with the company's directory: all of them, or none when one
   * is refused. With `complete` the lists are the whole directory: who is named nowhere in them is set inactive; with
   * `dryRun` nothing is changed. A user who is set inactive is signed out everywhere. What is in
   * line already stays, so it is retried as reads are. Needs an organization admin, or a service token
   * with the scope `DIRECTORY_WRITE`. Throws InvalidInputError, TakenError (a team's name), NotFoundError (a subject),
   * LimitReachedError or ForbiddenError.
   */
  sync(input: SyncTeamAccessInput, call?: CallOptions): CallPromise<TeamAccessChanges> {
    const options = { ...call, isRepeatable: true };
    return this.#executor.mutate(SyncTeamAccessDocument, input, 'usersChanged', options);
  }
}
