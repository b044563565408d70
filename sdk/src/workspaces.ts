import type { Executor } from './executor.js';
import {
  ActiveWorkspaceDocument,
  ArchiveWorkspaceDocument,
  AuditLogDocument,
  CompleteWorkspaceReviewDocument,
  CreateWorkspaceDocument,
  RequestWorkspaceReviewDocument,
  RestoreWorkspaceDocument,
  ReviewFindingsDocument,
  SelectWorkspaceDocument,
  TransferWorkspaceOwnershipDocument,
  UpdateWorkspaceSettingsDocument,
  WorkspaceDocument,
  WorkspaceSummaryDocument,
  WorkspacesDocument,
  WorkspacesWithFindingsDocument,
} from './generated/documents.js';
import type {
  ArchiveWorkspaceInput,
  AuditEventFragment,
  AuditFilter,
  AuditLogQuery,
  CompleteWorkspaceReviewInput,
  CreateWorkspaceInput,
  RequestWorkspaceReviewInput,
  ReviewFindingFragment,
  TransferWorkspaceOwnershipInput,
  UpdateWorkspaceSettingsInput,
  WorkspaceCardFragment,
  WorkspaceDetailsFragment,
  WorkspaceFilter,
  WorkspaceOrder,
  WorkspaceSummaryQuery,
  WorkspacesQuery,
  WorkspacesWithFindingsQuery,
} from './generated/operations.js';
import type { PageOptions } from './page.js';

/** A workspace as the Workspace page's card shows it. Money is an exact decimal string and an ISO 4217 currency. */
export type WorkspaceCard = WorkspaceCardFragment;

/** The card, and what settings need: dates (RFC 3339, UTC), the open review, and what the viewer is and may do there. */
export type WorkspaceDetails = WorkspaceDetailsFragment;

/** The Workspace page's figures, over every workspace that the viewer may see. */
export type WorkspaceSummary = NonNullable<WorkspaceSummaryQuery['workspaceSummary']>;

/** One page of workspace cards; `totalCount` is there when it was asked for. */
export type WorkspacePage = NonNullable<WorkspacesQuery['workspaces']>;

/** Which workspaces, in which order, and which page of them. */
export interface WorkspaceListOptions extends PageOptions {
  /** Conditions that must all hold; every workspace in sight without them. */
  filter?: WorkspaceFilter | null | undefined;
  /** By name, ascending, unless given. */
  orderBy?: WorkspaceOrder | null | undefined;
}

/** Something that a careful owner would look at now, and the key that it is about; null where it is about none. */
export type ReviewFinding = ReviewFindingFragment;

/** One page of workspace cards, each with its findings; `totalCount` is there when it was asked for. */
export type WorkspaceFindingsPage = NonNullable<WorkspacesWithFindingsQuery['workspaces']>;

/** What was changed, by whom and when. Values are JSON text, and never a secret. */
export type AuditEvent = AuditEventFragment;

/** One page of audit events; `totalCount` is there when it was asked for. */
export type AuditLogPage = NonNullable<NonNullable<AuditLogQuery['workspace']>['auditLog']>;

/** Which audit events, and which page of them. */
export interface AuditLogOptions extends PageOptions {
  /** Conditions that must all hold; every event of the workspace without them. */
  filter?: AuditFilter | null | undefined;
}

/** What changed when a workspace was selected; `previousWorkspace` is null when none was active before. */
export interface WorkspaceSelection {
  workspace: WorkspaceDetails;
  previousWorkspace: WorkspaceCard | null;
}

/** The workspaces that the viewer may see. */
export class Workspaces {
  readonly #executor: Executor;

  /** Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** The five figures of the Workspace page. */
  summary(): Promise<WorkspaceSummary> {
    return this.#executor.field(WorkspaceSummaryDocument, {}, 'workspaceSummary');
  }

  /** One page of cards. Throws RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit. */
  list(options: WorkspaceListOptions = {}): Promise<WorkspacePage> {
    return this.#executor.field(WorkspacesDocument, options, 'workspaces');
  }

  /** One workspace; null when there is none with this id that the viewer may see. */
  async get(id: string): Promise<WorkspaceDetails | null> {
    return (await this.#executor.data(WorkspaceDocument, { id })).workspace;
  }

  /** The viewer's active workspace; null when there is none. */
  async active(): Promise<WorkspaceDetails | null> {
    return (await this.#executor.data(ActiveWorkspaceDocument, {})).activeWorkspace;
  }

  /**
   * Creates a workspace of which the viewer is the owner. With an `idempotencyKey` a repeat answers with the first result.
   * Throws InvalidInputError, TakenError, NotFoundError (a member outside team access), LimitReachedError (members) or
   * IdempotencyKeyReusedError.
   */
  create(input: CreateWorkspaceInput): Promise<WorkspaceDetails> {
    return this.#executor.result(CreateWorkspaceDocument, input, 'createWorkspace', 'workspace');
  }

  /**
   * Changes what the input names and leaves the rest. Throws VersionConflictError, which carries the present workspace,
   * when `expectedVersion` is no longer the newest; InvalidInputError, NotFoundError (the workspace, or a member outside
   * team access), ForbiddenError or LimitReachedError (members). Answers null when the change took the viewer's own sight
   * of the workspace, as for an admin who left it.
   */
  async updateSettings(input: UpdateWorkspaceSettingsInput): Promise<WorkspaceDetails | null> {
    return (await this.#executor.payload(UpdateWorkspaceSettingsDocument, input, 'updateWorkspaceSettings')).workspace;
  }

  /** Makes this the viewer's one active workspace. Throws NotFoundError. */
  async select(id: string): Promise<WorkspaceSelection> {
    const input = { workspaceId: id };
    const payload = await this.#executor.mutate(SelectWorkspaceDocument, input, 'selectWorkspace', 'workspace');
    return {
      workspace: payload.workspace,
      previousWorkspace: payload.previousWorkspace,
    };
  }

  /**
   * Gives the workspace to a person with team access, who becomes a member with it, or to a team. Throws
   * VersionConflictError, which carries the present workspace; InvalidInputError, NotFoundError (the workspace, or the
   * new owner) or ForbiddenError.
   */
  transferOwnership(input: TransferWorkspaceOwnershipInput): Promise<WorkspaceDetails> {
    return this.#executor.result(TransferWorkspaceOwnershipDocument, input, 'transferWorkspaceOwnership', 'workspace');
  }

  /**
   * Refuses every key of the workspace at once, and takes it from lists, figures and selections; nothing is lost, and
   * `restore` brings it back. Throws VersionConflictError, which carries the present workspace; InvalidInputError,
   * NotFoundError or ForbiddenError.
   */
  archive(input: ArchiveWorkspaceInput): Promise<WorkspaceDetails> {
    return this.#executor.result(ArchiveWorkspaceDocument, input, 'archiveWorkspace', 'workspace');
  }

  /** Brings an archived workspace back with all that it had; it is nobody's active one. Throws NotFoundError or ForbiddenError. */
  restore(id: string): Promise<WorkspaceDetails> {
    return this.#executor.result(RestoreWorkspaceDocument, { workspaceId: id }, 'restoreWorkspace', 'workspace');
  }

  /**
   * Asks for a look at whether the workspace is in order: its status is REVIEW until `completeReview`. Throws
   * InvalidInputError, NotFoundError or ForbiddenError.
   */
  requestReview(input: RequestWorkspaceReviewInput): Promise<WorkspaceDetails> {
    return this.#executor.result(RequestWorkspaceReviewDocument, input, 'requestWorkspaceReview', 'workspace');
  }

  /** Ends the open review. Throws InvalidInputError, NotFoundError or ForbiddenError. */
  completeReview(input: CompleteWorkspaceReviewInput): Promise<WorkspaceDetails> {
    return this.#executor.result(CompleteWorkspaceReviewDocument, input, 'completeWorkspaceReview', 'workspace');
  }

  /** What a careful owner would look at now, most severe first; null when there is no such workspace in sight. */
  async reviewFindings(workspaceId: string): Promise<ReviewFinding[] | null> {
    const { workspace } = await this.#executor.data(ReviewFindingsDocument, { workspaceId });
    return workspace?.reviewFindings ?? null;
  }

  /** One page of cards, each with its `reviewFindings`: for the regular review of many workspaces at once. */
  listWithFindings(options: WorkspaceListOptions = {}): Promise<WorkspaceFindingsPage> {
    return this.#executor.field(WorkspacesWithFindingsDocument, options, 'workspaces');
  }

  /**
   * One page of what was changed in a workspace, newest first; null when there is no such workspace in sight, or the
   * viewer may not read its audit log. Throws RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  async auditLog(workspaceId: string, options: AuditLogOptions = {}): Promise<AuditLogPage | null> {
    const { workspace } = await this.#executor.data(AuditLogDocument, { ...options, workspaceId });
    return workspace?.auditLog ?? null;
  }
}
