import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import { ChangeMemberRoleDocument, MembersDocument } from './generated/documents.js';
import type { ChangeMemberRoleInput, MemberFragment, MembersQuery } from './generated/operations.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** A person in a workspace, with a role. */
export type Member = MemberFragment;

/** One page of members; `totalCount` is there when it was asked for. */
export type MemberPage = NonNullable<MembersQuery['workspace']>['members'];

/** The people in the workspaces that the viewer may see. */
export class Members {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of a workspace's members, in the order in which they joined; null when there is no such workspace that the
   * viewer may see. Throws RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  list(workspaceId: string, options: PageOptions = {}, call?: CallOptions): CallPromise<MemberPage | null> {
    return this.#executor
      .data(MembersDocument, { ...options, workspaceId }, call)
      .map(({ workspace }) => workspace?.members ?? null);
  }

  /** All of them, page after page. Throws NotFoundError where there is no such workspace that the viewer may see. */
  iterate(workspaceId: string, options: IterateOptions = {}): ItemIterator<Member> {
    return this.#executor.iterate(MembersDocument, { workspaceId }, options, 'workspaceId');
  }

  /**
   * Gives a member another role, at most the viewer's own. The owner changes by `workspaces.transferOwnership`. Throws
   * InvalidInputError, NotFoundError or ForbiddenError.
   */
  changeRole(input: ChangeMemberRoleInput, call?: CallOptions): CallPromise<Member> {
    return this.#executor.result(ChangeMemberRoleDocument, input, 'member', call);
  }
}
