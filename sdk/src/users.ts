import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import { AssignableUsersDocument, UsersDocument } from './generated/documents.js';
import type { AssignableUsersQuery, UserFilter, UserFragment } from './generated/operations.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** A person of the organization; `subject` is null for who may not read the directory, but for themselves. */
export type User = UserFragment;

/** One page of people; `totalCount` is there when it was asked for. */
export type UserPage = NonNullable<AssignableUsersQuery['assignableUsers']>;

/** Which people of the directory. */
export interface UsersSelector {
  /** By name, address, subject, and whether they can sign in. */
  filter?: UserFilter | null | undefined;
}

/** Which people of the directory, and which page of them. */
export interface UsersOptions extends UsersSelector, PageOptions {}

/** Which people. */
export interface AssignableUsersSelector {
  /** Part of the name or e-mail address, in any case. */
  search?: string | null | undefined;
}

/** Which people, and which page of them. */
export interface AssignableUsersOptions extends AssignableUsersSelector, PageOptions {}

/** The organization's people, as far as the viewer has access to them. */
export class Users {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of the organization's directory, by name, for its admins and for services with the scope `DIRECTORY_READ` or
   * `DIRECTORY_WRITE`; null for others.
   */
  list(options: UsersOptions = {}, call?: CallOptions): CallPromise<UserPage | null> {
    return this.#executor.data(UsersDocument, { ...options }, call).map(({ users }) => users);
  }

  /** All of it, page after page. Throws ForbiddenError for who may not read the directory. */
  iterate(selector: UsersSelector = {}, options: IterateOptions = {}): ItemIterator<User> {
    return this.#executor.iterate(UsersDocument, selector, options, null);
  }

  /** One page of the people whom the viewer can add to a workspace. */
  assignable(options: AssignableUsersOptions = {}, call?: CallOptions): CallPromise<UserPage> {
    return this.#executor.field(AssignableUsersDocument, options, call);
  }

  /** All of them, page after page. */
  iterateAssignable(selector: AssignableUsersSelector = {}, options: IterateOptions = {}): ItemIterator<User> {
    return this.#executor.iterate(AssignableUsersDocument, selector, options);
  }
}
