import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import { OrganizationAuditLogDocument } from './generated/documents.js';
import type { OrganizationAuditLogQuery } from './generated/operations.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions } from './pages.js';
import type { AuditEvent, AuditLogOptions, AuditLogSelector } from './workspaces.js';

/** One page of the organization's audit log; `totalCount` is there when it was asked for. */
export type OrganizationAuditLogPage = NonNullable<OrganizationAuditLogQuery['auditLog']>;

/** What was done in the whole organization, service tokens and directory included; for organization admins only. */
export class AuditLog {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page, newest first; null for a person who is no organization admin. Throws RequestError (`BAD_USER_INPUT`) on a
   * page size or cursor that does not fit, and RequestError (`FORBIDDEN`) for a service.
   */
  list(options: AuditLogOptions = {}, call?: CallOptions): CallPromise<OrganizationAuditLogPage | null> {
    return this.#executor.data(OrganizationAuditLogDocument, options, call).map(({ auditLog }) => auditLog);
  }

  /** All of it, page after page. Throws ForbiddenError for a person who is no organization admin. */
  iterate(selector: AuditLogSelector = {}, options: IterateOptions = {}): ItemIterator<AuditEvent> {
    return this.#executor.iterate(OrganizationAuditLogDocument, selector, options, null);
  }
}
