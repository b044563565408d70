import type { CallPromise } from './call-promise.js';
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
  WorkspaceBudgetDocument,
  WorkspaceDocument,
  WorkspaceInsightsDocument,
  WorkspaceSummaryDocument,
  WorkspacesByIdDocument,
  WorkspacesDocument,
  WorkspacesWithFindingsDocument,
  WorkspaceUsageDocument,
} from './generated/documents.js';
import type {
  ArchiveWorkspaceInput,
  AuditEventFragment,
  AuditFilter,
  AuditLogQuery,
  CompleteWorkspaceReviewInput,
  CreateWorkspaceInput,
  RequestWorkspaceReviewInput,
  ReviewFindingDetailsFragment,
  ReviewFindingFragment,
  TimeRangeInput,
  TransferWorkspaceOwnershipInput,
  UpdateWorkspaceSettingsInput,
  UsageBucketFragment,
  UsageDimension,
  UsageGranularity,
  WorkspaceBudgetFragment,
  WorkspaceCardFragment,
  WorkspaceDetailsFragment,
  WorkspaceFilter,
  WorkspaceInsightsFragment,
  WorkspaceOrder,
  WorkspaceSummaryQuery,
  WorkspacesQuery,
  WorkspacesWithFindingsQuery,
} from './generated/operations.js';
import { withIdempotencyKey } from './idempotency.js';
import { nodeOf } from './nodes.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** A workspace as the Workspace page's card shows it. Money is an exact decimal string and an ISO 4217 currency. */
export type WorkspaceCard = WorkspaceCardFragment;

/** The card, and what settings need: dates (RFC 3339, UTC), the open review, and what the viewer is and may do there. */
export type WorkspaceDetails = WorkspaceDetailsFragment;

/** The Workspace page's figures, over every workspace that the viewer may see. */
export type WorkspaceSummary = NonNullable<WorkspaceSummaryQuery['workspaceSummary']>;

/** One page of workspace cards; `totalCount` is there when it was asked for. */
export type WorkspacePage = NonNullable<WorkspacesQuery['workspaces']>;

/** Which workspaces, and in which order. */
export interface WorkspaceSelector {
  /** Conditions that must all hold; every workspace in sight without them. */
  filter?: WorkspaceFilter | null | undefined;
  /** By name, ascending, unless given. */
  orderBy?: WorkspaceOrder | null | undefined;
}

/** Which workspaces, in which order, and which page of them. */
export interface WorkspaceListOptions extends WorkspaceSelector, PageOptions {}

/** Something that a careful owner would look at now, and the key that it is about; null where it is about none. */
export type ReviewFinding = ReviewFindingFragment;

/** A finding with the configuration and the route that one about routing means. */
export type ReviewFindingDetails = ReviewFindingDetailsFragment;

/** One page of workspace cards, each with its findings; `totalCount` is there when it was asked for. */
export type WorkspaceFindingsPage = NonNullable<WorkspacesWithFindingsQuery['workspaces']>;

/** What was changed, by whom and when. Values are JSON text, and never a secret. */
export type AuditEvent = AuditEventFragment;

/** One page of audit events; `totalCount` is there when it was asked for. */
export type AuditLogPage = NonNullable<NonNullable<AuditLogQuery['workspace']>['auditLog']>;

/** One workspace card with its findings. */
export type WorkspaceWithFindings = WorkspaceFindingsPage['nodes'][number];

/** Which audit events. */
export interface AuditLogSelector {
  /** Conditions that must all hold; every event of the workspace without them. */
  filter?: AuditFilter | null | undefined;
}

/** Which audit events, and which page of them. */
export interface AuditLogOptions extends AuditLogSelector, PageOptions {}

/** What of the month's budget is spent, held and left, in the workspace's time zone. */
export type WorkspaceBudget = WorkspaceBudgetFragment;

/** What was used in a bucket of time, of one group where it was asked for by groups. Counts are integers as texts. */
export type UsageBucket = UsageBucketFragment;

/** How requests went and what they cost, over a range of time. */
export type WorkspaceInsights = WorkspaceInsightsFragment;

/** Which time. */
export interface InsightsSelector {
  /** Half-open, at most 366 days, widened to whole hours; the present budget period so far unless given. */
  range?: TimeRangeInput | null | undefined;
}

/** Which time, in which buckets. */
export interface UsageSelector extends InsightsSelector {
  /** How long a bucket is, in the workspace's time zone: `DAY` unless given. */
  granularity?: UsageGranularity | undefined;
  /** By which the buckets are divided; not at all unless given. */
  groupBy?: UsageDimension | null | undefined;
  /** How many groups, the dearest of the range, and the rest as one; all unless given. */
  groups?: number | null | undefined;
}

/** What changed when a workspace was selected; `previousWorkspace` is null when none was active before. */
export interface WorkspaceSelection {
  /** The one that is active now. */
  workspace: WorkspaceDetails;
  /** The one that was active before. */
  previousWorkspace: WorkspaceCard | null;
}

/** The workspaces that the viewer may see. */
export class Workspaces {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** The figures of the Workspace page, and what was spent. */
  summary(call?: CallOptions): CallPromise<WorkspaceSummary> {
    return this.#executor.field(WorkspaceSummaryDocument, {}, call);
  }

  /** One page of cards. Throws RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit. */
  list(options: WorkspaceListOptions = {}, call?: CallOptions): CallPromise<WorkspacePage> {
    return this.#executor.field(WorkspacesDocument, options, call);
  }

  /** All of them, page after page. */
  iterate(selector: WorkspaceSelector = {}, options: IterateOptions = {}): ItemIterator<WorkspaceCard> {
    return this.#executor.iterate(WorkspacesDocument, selector, options);
  }

  /** One workspace; null when there is none with this id that the viewer may see. */
  get(id: string, call?: CallOptions): CallPromise<WorkspaceDetails | null> {
    return this.#executor.data(WorkspaceDocument, { id }, call).map(({ workspace }) => workspace);
  }

  /** Up to 100 workspaces in one request, in the order of their ids; null for each that `get` would answer null for. */
  getMany(ids: readonly string[], call?: CallOptions): CallPromise<(WorkspaceDetails | null)[]> {
    return this.#executor
      .field(WorkspacesByIdDocument, { ids }, call)
      .map((nodes) => nodes.map((node) => nodeOf(node, 'Workspace')));
  }

  /** The viewer's active workspace; null when there is none. */
  active(call?: CallOptions): CallPromise<WorkspaceDetails | null> {
    return this.#executor.data(ActiveWorkspaceDocument, {}, call).map(({ activeWorkspace }) => activeWorkspace);
  }

  /**
   * Creates a workspace of which the viewer is the owner. A repeat with the same `idempotencyKey` answers with the first
   * result; the SDK makes a key where the input has none.
   * Throws InvalidInputError, TakenError, NotFoundError (a member outside team access), LimitReachedError (members) or
   * IdempotencyKeyReusedError.
   */
  create(input: CreateWorkspaceInput, call?: CallOptions): CallPromise<WorkspaceDetails> {
    const keyed = withIdempotencyKey(input);
    return this.#executor.result(CreateWorkspaceDocument, keyed, 'workspace', call);
  }

  /**
   * Changes what the input names and leaves the rest. Throws VersionConflictError, which carries the present workspace,
   * when `expectedVersion` is no longer the newest; InvalidInputError, NotFoundError (the workspace, or a member outside
   * team access), ForbiddenError or LimitReachedError (members). Answers null when the change took the viewer's own sight
   * of the workspace, as for an admin who left it.
   */
  updateSettings(input: UpdateWorkspaceSettingsInput, call?: CallOptions): CallPromise<WorkspaceDetails | null> {
    return this.#executor.payload(UpdateWorkspaceSettingsDocument, input, call).map(({ workspace }) => workspace);
  }

  /** Makes this the viewer's one active workspace. Throws NotFoundError. */
  select(id: string, call?: CallOptions): CallPromise<WorkspaceSelection> {
    const options = { ...call, isRepeatable: true };
    return this.#executor.mutate(SelectWorkspaceDocument, { workspaceId: id }, 'workspace', options);
  }

  /**
   * Gives the workspace to a person with team access, who becomes a member with it, or to a team. Throws
   * VersionConflictError, which carries the present workspace; InvalidInputError, NotFoundError (the workspace, or the
   * new owner) or ForbiddenError.
   */
  transferOwnership(input: TransferWorkspaceOwnershipInput, call?: CallOptions): CallPromise<WorkspaceDetails> {
    return this.#executor.result(TransferWorkspaceOwnershipDocument, input, 'workspace', call);
  }

  /**
   * Refuses every key of the workspace at once, and takes it from lists, figures and selections; nothing is lost, and
   * `restore` brings it back. Throws VersionConflictError, which carries the present workspace; InvalidInputError,
   * NotFoundError or ForbiddenError.
   */
  archive(input: ArchiveWorkspaceInput, call?: CallOptions): CallPromise<WorkspaceDetails> {
    return this.#executor.result(ArchiveWorkspaceDocument, input, 'workspace', call);
  }

  /** Brings an archived workspace back with all that it had; it is nobody's active one. Throws NotFoundError or ForbiddenError. */
  restore(id: string, call?: CallOptions): CallPromise<WorkspaceDetails> {
    return this.#executor.result(RestoreWorkspaceDocument, { workspaceId: id }, 'workspace', call);
  }

  /**
   * Asks for a look at whether the workspace is in order: its status is REVIEW until `completeReview`. Throws
   * InvalidInputError, NotFoundError or ForbiddenError.
   */
  requestReview(input: RequestWorkspaceReviewInput, call?: CallOptions): CallPromise<WorkspaceDetails> {
    return this.#executor.result(RequestWorkspaceReviewDocument, input, 'workspace', call);
  }

  /** Ends the open review. Throws InvalidInputError, NotFoundError or ForbiddenError. */
  completeReview(input: CompleteWorkspaceReviewInput, call?: CallOptions): CallPromise<WorkspaceDetails> {
    return this.#executor.result(CompleteWorkspaceReviewDocument, input, 'workspace', call);
  }

  /** The budget of the present period, with its alerts and its forecast; null when there is no such workspace in sight. */
  budget(workspaceId: string, call?: CallOptions): CallPromise<WorkspaceBudget | null> {
    return this.#executor
      .data(WorkspaceBudgetDocument, { workspaceId }, call)
      .map(({ workspace }) => workspace?.budget ?? null);
  }

  /**
   * What was used, in buckets of time, those without a request left out; null when there is no such workspace in sight.
   * Throws RequestError (`BAD_USER_INPUT`) on a range that does not fit, and where there would be more than 20,000 buckets.
   */
  usage(workspaceId: string, selector: UsageSelector = {}, call?: CallOptions): CallPromise<UsageBucket[] | null> {
    return this.#executor
      .data(WorkspaceUsageDocument, { ...selector, workspaceId }, call)
      .map(({ workspace }) => workspace?.usage ?? null);
  }

  /**
   * How requests went, what they cost and what was denied; null when there is no such workspace in sight. Throws
   * RequestError (`BAD_USER_INPUT`) on a range that does not fit.
   */
  insights(
    workspaceId: string,
    selector: InsightsSelector = {},
    call?: CallOptions,
  ): CallPromise<WorkspaceInsights | null> {
    return this.#executor
      .data(WorkspaceInsightsDocument, { ...selector, workspaceId }, call)
      .map(({ workspace }) => workspace?.insights ?? null);
  }

  /** What a careful owner would look at now, most severe first; null when there is no such workspace in sight. */
  reviewFindings(workspaceId: string, call?: CallOptions): CallPromise<ReviewFindingDetails[] | null> {
    return this.#executor
      .data(ReviewFindingsDocument, { workspaceId }, call)
      .map(({ workspace }) => workspace?.reviewFindings ?? null);
  }

  /** One page of cards, each with its `reviewFindings`: for the regular review of many workspaces at once. */
  listWithFindings(options: WorkspaceListOptions = {}, call?: CallOptions): CallPromise<WorkspaceFindingsPage> {
    return this.#executor.field(WorkspacesWithFindingsDocument, options, call);
  }

  /** All of them with their findings, page after page. */
  iterateWithFindings(
    selector: WorkspaceSelector = {},
    options: IterateOptions = {},
  ): ItemIterator<WorkspaceWithFindings> {
    return this.#executor.iterate(WorkspacesWithFindingsDocument, selector, options);
  }

  /**
   * One page of what was changed in a workspace, newest first; null when there is no such workspace in sight, or the
   * viewer may not read its audit log. Throws RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  auditLog(workspaceId: string, options: AuditLogOptions = {}, call?: CallOptions): CallPromise<AuditLogPage | null> {
    return this.#executor
      .data(AuditLogDocument, { ...options, workspaceId }, call)
      .map(({ workspace }) => workspace?.auditLog ?? null);
  }

  /** All of it, page after page. Throws NotFoundError where there is no audit log that the viewer may read. */
  iterateAuditLog(
    workspaceId: string,
    selector: AuditLogSelector = {},
    options: IterateOptions = {},
  ): ItemIterator<AuditEvent> {
    const variables = { ...selector, workspaceId };
    return this.#executor.iterate(AuditLogDocument, variables, options, 'workspaceId');
  }
}
