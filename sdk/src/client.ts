import { AuditLog } from './audit-log.js';
import type { CallPromise } from './call-promise.js';
import type { AnyDocument } from './document.js';
import { Executor } from './executor.js';
import { Gateway } from './gateway.js';
import { ViewerDocument } from './generated/documents.js';
import type { ViewerQuery } from './generated/operations.js';
import { LlmConfigurations } from './llm-configurations.js';
import { Logs } from './logs.js';
import { Members } from './members.js';
import { ModelRoutes } from './model-routes.js';
import type { CallOptions, ClientOptions } from './options.js';
import { ServiceTokens } from './service-tokens.js';
import { TeamAccess } from './team-access.js';
import { Teams } from './teams.js';
import { type RequestArguments, TokenVueCore } from './token-vue-core.js';
import { Users } from './users.js';
import { VirtualKeys } from './virtual-keys.js';
import { Guardrails } from './workspace-guardrails.js';
import { Workspaces } from './workspaces.js';

export type * from './audit-log.js';
export type * from './gateway.js';
export type * from './llm-configurations.js';
export type * from './logs.js';
export type * from './members.js';
export type * from './model-routes.js';
export type * from './service-tokens.js';
export type * from './team-access.js';
export type * from './teams.js';
export type * from './users.js';
export type * from './virtual-keys.js';
export type * from './workspace-guardrails.js';
export type * from './workspaces.js';

/** Who is asking; `user` is null for a service. */
export type Viewer = NonNullable<ViewerQuery['viewer']>;

/**
 * The client of one endpoint. Every method is one operation, sent again where that can help and do no harm,
 * and ends in one of two ways: with the complete result, or with a TokenVueError. A result that is complete but for a
 * field is an exception too (RequestError), so that a null always means that there is nothing; the other fields are in
 * its `data`.
 */
export class TokenVueClient extends TokenVueCore {
  /** The workspaces that the viewer may see. */
  declare readonly workspaces: Workspaces;
  /** The keys of those workspaces. */
  declare readonly virtualKeys: VirtualKeys;
  /** The models at providers that those workspaces may route to. */
  declare readonly llmConfigurations: LlmConfigurations;
  /** Where their requests go. */
  declare readonly modelRoutes: ModelRoutes;
  /** What their texts are looked through for. */
  declare readonly guardrails: Guardrails;
  /** What went through the gateway. */
  declare readonly logs: Logs;
  /** What the gateway itself asks and tells. */
  declare readonly gateway: Gateway;
  /** The people in those workspaces. */
  declare readonly members: Members;
  /** The organization's people. */
  declare readonly users: Users;
  /** The organization's teams. */
  declare readonly teams: Teams;
  /** Who is in which team, as the company's directory has it. */
  declare readonly teamAccess: TeamAccess;
  /** The credentials of the organization's other services. */
  declare readonly serviceTokens: ServiceTokens;
  /** What was done in the whole organization. */
  declare readonly auditLog: AuditLog;

  readonly #executor: Executor;

  /** Throws TypeError for an endpoint, token or header that cannot be sent. Sends nothing yet. */
  constructor(options: ClientOptions) {
    super(options);
    const executor = new Executor(this.transport);
    this.#executor = executor;
    this.workspaces = new Workspaces(executor);
    this.virtualKeys = new VirtualKeys(executor);
    this.llmConfigurations = new LlmConfigurations(executor);
    this.modelRoutes = new ModelRoutes(executor);
    this.guardrails = new Guardrails(executor);
    this.logs = new Logs(executor);
    this.gateway = new Gateway(executor);
    this.members = new Members(executor);
    this.users = new Users(executor);
    this.teams = new Teams(executor);
    this.teamAccess = new TeamAccess(executor);
    this.serviceTokens = new ServiceTokens(executor);
    this.auditLog = new AuditLog(executor);
  }

  /** Who the server takes this token for, with teams and active workspace. */
  viewer(call?: CallOptions): CallPromise<Viewer> {
    return this.#executor.field(ViewerDocument, {}, call);
  }

  /**
   * Runs an operation of the caller's own, a text or a syntax tree, and answers with its whole `data`. A typed document
   * brings the types of its result and variables; for others they are given as type arguments. A mutation's `userErrors` are
   * not thrown here: they are in the result if the operation asks for them. It is sent again as other methods are when it is
   * a query, or a mutation whose `input` has an `idempotencyKey`.
   */
  override request<Result = unknown, Variables = Record<string, unknown>>(
    document: AnyDocument<Result, Variables>,
    ...[variables, call]: RequestArguments<Variables>
  ): CallPromise<Result> {
    return this.#executor.data(document, variables, call);
  }
}
