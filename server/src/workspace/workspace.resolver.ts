import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { MemberRole, may } from '../access/permissions.js';
import { perform } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { parseBoolean, parseText } from '../database/table.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Fetch, type Fetched, piece, viewerRole } from '../fetch/fetch.js';
import { PageArgs } from '../fetch/list.js';
import { findNode } from '../fetch/nodes.js';
import { Money } from '../graphql/money.js';
import { WorkspaceOwner } from '../graphql/workspace-owner.js';
import { shownExternalId, teams } from '../team/team.entity.js';
import { shownSubject, users } from '../user/user.entity.js';
import { transferWorkspaceOwnership } from './transfer-ownership.command.js';
import { archiveWorkspace, createWorkspace, restoreWorkspace, updateWorkspaceSettings } from './workspace.commands.js';
import { Workspace, workspaces } from './workspace.entity.js';
import {
  ArchiveWorkspaceInput,
  ArchiveWorkspacePayload,
  CreateWorkspaceInput,
  CreateWorkspacePayload,
  RestoreWorkspaceInput,
  RestoreWorkspacePayload,
  TransferWorkspaceOwnershipInput,
  TransferWorkspaceOwnershipPayload,
  UpdateWorkspaceSettingsInput,
  UpdateWorkspaceSettingsPayload,
  WorkspaceFilter,
  WorkspaceOrder,
} from './workspace.inputs.js';
import { listWorkspaces } from './workspace.queries.js';

const WorkspaceConnection = connectionType('Workspace', () => Workspace);

const { ownerUserId, ownerTeamId, monthlyBudget, archivedAt } = workspaces.columns;
const ownerUser = sql`LEFT JOIN users u ON u.organization_id = ${organization} AND u.id = w.owner_user_id`;
const ownerTeam = sql`LEFT JOIN teams t ON t.organization_id = ${organization} AND t.id = w.owner_team_id`;
const ownerName = piece<string>(sql`coalesce(u.name, t.name)`, parseText, ownerUser, ownerTeam);
const ownerEmail = piece<string | null>(sql`u.email`, parseText, ownerUser);
const ownerActive = piece<boolean | null>(sql`u.active`, parseBoolean, ownerUser);
const ownerSubject = piece<string | null>(shownSubject.sql, parseText, ownerUser);
const ownerExternalId = piece<string | null>(shownExternalId.sql, parseText, ownerTeam);

@Resolver(() => Workspace)
export class WorkspaceResolver {
  @Cost({ statements: 1, items: 'page' })
  @Query(() => WorkspaceConnection, {
    nullable: true,
    description: 'The workspace cards that the viewer may see, by name unless ordered otherwise.',
  })
  async workspaces(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => WorkspaceFilter, { nullable: true, description: 'Which workspaces to list.' })
    filter?: WorkspaceFilter | null,
    @Arg('orderBy', () => WorkspaceOrder, { nullable: true, description: 'By name, ascending, unless given.' })
    orderBy?: WorkspaceOrder | null,
  ) {
    return new WorkspaceConnection(await listWorkspaces(reader, { page, filter, orderBy }, info));
  }

  @Query(() => Workspace, { nullable: true, description: 'One workspace; null where the viewer sees none by this id.' })
  workspace(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { description: 'Global id, `ws_…`.' }) id: string,
  ): Promise<object | null> {
    return findNode(reader, info, workspaces.type, workspaces.uuidOf(id));
  }

  @Mutation(() => CreateWorkspacePayload, {
    nullable: true,
    description: "Creates a workspace with the viewer as its owner; a user's first one becomes active.",
  })
  createWorkspace(
    @Ctx() reader: Reader,
    @Arg('input', () => CreateWorkspaceInput, { description: 'The new workspace.' }) input: CreateWorkspaceInput,
  ): Promise<CreateWorkspacePayload> {
    return perform(reader, createWorkspace, input);
  }

  @Mutation(() => UpdateWorkspaceSettingsPayload, {
    nullable: true,
    description: 'Changes settings, if nobody else has changed them since they were read.',
  })
  updateWorkspaceSettings(
    @Ctx() reader: Reader,
    @Arg('input', () => UpdateWorkspaceSettingsInput, { description: 'What to change.' })
    input: UpdateWorkspaceSettingsInput,
  ): Promise<UpdateWorkspaceSettingsPayload> {
    return perform(reader, updateWorkspaceSettings, input);
  }

  @Mutation(() => ArchiveWorkspacePayload, {
    nullable: true,
    description:
      "Archives a workspace, if nobody else has changed it since it was read: its keys are refused at once, and it is in no list and nobody's active one.",
  })
  archiveWorkspace(
    @Ctx() reader: Reader,
    @Arg('input', () => ArchiveWorkspaceInput, { description: 'Which workspace.' }) input: ArchiveWorkspaceInput,
  ): Promise<ArchiveWorkspacePayload> {
    return perform(reader, archiveWorkspace, input);
  }

  @Mutation(() => RestoreWorkspacePayload, {
    nullable: true,
    description: 'Takes a workspace out of the archive, with its keys, members and history.',
  })
  restoreWorkspace(
    @Ctx() reader: Reader,
    @Arg('input', () => RestoreWorkspaceInput, { description: 'Which workspace.' }) input: RestoreWorkspaceInput,
  ): Promise<RestoreWorkspacePayload> {
    return perform(reader, restoreWorkspace, input);
  }

  @Mutation(() => TransferWorkspaceOwnershipPayload, {
    nullable: true,
    description:
      'Gives a workspace to another person or team, if nobody else has changed it since it was read; a former owner in person stays as an admin.',
  })
  transferWorkspaceOwnership(
    @Ctx() reader: Reader,
    @Arg('input', () => TransferWorkspaceOwnershipInput, { description: 'What goes to whom.' })
    input: TransferWorkspaceOwnershipInput,
  ): Promise<TransferWorkspaceOwnershipPayload> {
    return perform(reader, transferWorkspaceOwnership, input);
  }

  // An owner in person is a member, whom everybody sees who sees the workspace.
  @Fetch(ownerUserId, ownerTeamId, ownerName, ownerEmail, ownerActive, ownerSubject, ownerExternalId)
  @FieldResolver(() => WorkspaceOwner, { description: 'The person or team responsible for it.' })
  owner(
    userId: string | null,
    teamId: string | null,
    name: string,
    email: string | null,
    active: boolean | null,
    subject: string | null,
    externalId: string | null,
  ): object {
    return userId === null
      ? { __typename: teams.type, uuid: teamId, id: teams.globalId(teamId ?? ''), name, externalId }
      : { __typename: users.type, uuid: userId, id: users.globalId(userId), name, email, active, subject };
  }

  @Fetch(monthlyBudget)
  @FieldResolver(() => Money, { description: 'What may be spent in a calendar month.' })
  monthlyBudget(amount: string, { actor: { currency } }: Fetched): Money {
    return { amount, currency };
  }

  @Fetch(viewerRole)
  @FieldResolver(() => MemberRole, { nullable: true, description: "The viewer's role in it; null for a service." })
  viewerRole(role: MemberRole | null, { actor }: Fetched): MemberRole | null {
    return actor.kind === 'SERVICE' ? null : role;
  }

  @Fetch(viewerRole, archivedAt)
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change its settings.' })
  viewerCanUpdateSettings(role: MemberRole | null, archived: Date | null, { actor }: Fetched): boolean {
    return archived === null && may(actor, role, 'workspace.update_settings');
  }
}
