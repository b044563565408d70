import type { Executor } from './executor.js';
import {
  ActiveWorkspaceDocument,
  CreateWorkspaceDocument,
  SelectWorkspaceDocument,
  UpdateWorkspaceSettingsDocument,
  WorkspaceDocument,
  WorkspaceSummaryDocument,
  WorkspacesDocument,
} from './generated/documents.js';
import type {
  CreateWorkspaceInput,
  UpdateWorkspaceSettingsInput,
  WorkspaceCardFragment,
  WorkspaceDetailsFragment,
  WorkspaceFilter,
  WorkspaceOrder,
  WorkspaceSummaryQuery,
  WorkspacesQuery,
} from './generated/operations.js';
import type { PageOptions } from './page.js';

/** A workspace as the Workspace page's card shows it. Money is an exact decimal string and an ISO 4217 currency. */
export type WorkspaceCard = WorkspaceCardFragment;

/** The card, and what settings need: dates (RFC 3339, UTC), and what the viewer is and may do there. */
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
  async create(input: CreateWorkspaceInput): Promise<WorkspaceDetails> {
    return (await this.#executor.mutate(CreateWorkspaceDocument, { input }, 'createWorkspace', 'workspace')).workspace;
  }

  /**
   * Changes what the input names and leaves the rest. Throws VersionConflictError, which carries the present workspace,
   * when `expectedVersion` is no longer the newest; InvalidInputError, NotFoundError (the workspace, or a member outside
   * team access), ForbiddenError or LimitReachedError (members).
   */
  async updateSettings(input: UpdateWorkspaceSettingsInput): Promise<WorkspaceDetails> {
    const variables = { input };
    const field = 'updateWorkspaceSettings';
    return (await this.#executor.mutate(UpdateWorkspaceSettingsDocument, variables, field, 'workspace')).workspace;
  }

  /** Makes this the viewer's one active workspace. Throws NotFoundError. */
  async select(id: string): Promise<WorkspaceSelection> {
    const variables = { input: { workspaceId: id } };
    const payload = await this.#executor.mutate(SelectWorkspaceDocument, variables, 'selectWorkspace', 'workspace');
    return {
      workspace: payload.workspace,
      previousWorkspace: payload.previousWorkspace,
    };
  }
}
