import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type MemberRole, may } from '../access/permissions.js';
import { maskedSecret } from '../auth/secret.js';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Along, Fetch, type Fetched, viewerRole } from '../fetch/fetch.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { Money } from '../graphql/money.js';
import { Workspace, workspaces } from '../workspace/workspace.entity.js';
import { reviewVirtualKeys } from './review-keys.command.js';
import { rotateVirtualKey } from './rotate.command.js';
import { createVirtualKey, revokeVirtualKey, updateVirtualKey } from './virtual-key.commands.js';
import { keyStatus, permissionToChange, VirtualKey, VirtualKeyStatus, virtualKeys } from './virtual-key.entity.js';
import {
  CreateVirtualKeyInput,
  CreateVirtualKeyPayload,
  ReviewVirtualKeysInput,
  ReviewVirtualKeysPayload,
  RevokeVirtualKeyInput,
  RevokeVirtualKeyPayload,
  RotateVirtualKeyInput,
  RotateVirtualKeyPayload,
  UpdateVirtualKeyInput,
  UpdateVirtualKeyPayload,
  VirtualKeyFilter,
  VirtualKeyOrder,
} from './virtual-key.inputs.js';
import { activeKeyCount, listVirtualKeys, listWorkspaceVirtualKeys, secretsOfKey } from './virtual-key.queries.js';
import { VirtualKeySecret } from './virtual-key-secret.entity.js';

const VirtualKeyConnection = connectionType('VirtualKey', () => VirtualKey);

const { lastFour, monthlyBudget, createdById, status: storedStatus } = virtualKeys.columns;
/** One, and during a rotation's overlap another. */
const secretsMax = 2;

/** A row of which the field `secrets` is asked. */
interface KeyWithSecrets extends NounRow {
  readonly secrets: VirtualKeyStatus;
}

@Resolver(() => VirtualKey)
export class VirtualKeyResolver {
  @Cost({ statements: 1, items: 'page' })
  @Query(() => VirtualKeyConnection, {
    nullable: true,
    description:
      'Keys across every workspace that the viewer may see, for the regular review; newest first unless ordered otherwise.',
  })
  async virtualKeys(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => VirtualKeyFilter, { nullable: true, description: 'Which keys to list.' })
    filter?: VirtualKeyFilter | null,
    @Arg('orderBy', () => VirtualKeyOrder, { nullable: true, description: 'By creation, descending, unless given.' })
    orderBy?: VirtualKeyOrder | null,
  ) {
    return new VirtualKeyConnection(await listVirtualKeys(reader, { page, filter, orderBy }, info));
  }

  @Mutation(() => CreateVirtualKeyPayload, {
    nullable: true,
    description: "Creates a key of the viewer's own and shows its secret, this once.",
  })
  createVirtualKey(
    @Ctx() reader: Reader,
    @Arg('input', () => CreateVirtualKeyInput, { description: 'The new key.' }) input: CreateVirtualKeyInput,
  ): Promise<CreateVirtualKeyPayload> {
    return perform(reader, createVirtualKey, input);
  }

  @Mutation(() => UpdateVirtualKeyPayload, {
    nullable: true,
    description: 'Changes a key, if nobody else has changed it since it was read.',
  })
  updateVirtualKey(
    @Ctx() reader: Reader,
    @Arg('input', () => UpdateVirtualKeyInput, { description: 'What to change.' }) input: UpdateVirtualKeyInput,
  ): Promise<UpdateVirtualKeyPayload> {
    return perform(reader, updateVirtualKey, input);
  }

  @Mutation(() => RotateVirtualKeyPayload, {
    nullable: true,
    description: 'A new secret under the same key id, so its history and budget go on.',
  })
  rotateVirtualKey(
    @Ctx() reader: Reader,
    @Arg('input', () => RotateVirtualKeyInput, { description: 'Which key, and how long the old secret goes on.' })
    input: RotateVirtualKeyInput,
  ): Promise<RotateVirtualKeyPayload> {
    return perform(reader, rotateVirtualKey, input);
  }

  @Mutation(() => RevokeVirtualKeyPayload, {
    nullable: true,
    description: 'Switches a key off for ever, at once; revoking it again changes nothing.',
  })
  revokeVirtualKey(
    @Ctx() reader: Reader,
    @Arg('input', () => RevokeVirtualKeyInput, { description: 'Which key.' }) input: RevokeVirtualKeyInput,
  ): Promise<RevokeVirtualKeyPayload> {
    return perform(reader, revokeVirtualKey, input);
  }

  @Mutation(() => ReviewVirtualKeysPayload, {
    nullable: true,
    description: 'Does what was decided on up to 200 keys, all of it or nothing.',
  })
  reviewVirtualKeys(
    @Ctx() reader: Reader,
    @Arg('input', () => ReviewVirtualKeysInput, { description: 'The decisions.' }) input: ReviewVirtualKeysInput,
  ): Promise<ReviewVirtualKeysPayload> {
    return perform(reader, reviewVirtualKeys, input);
  }

  @Fetch(lastFour)
  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedKey(ofNewest: string): string {
    return maskedSecret('tvk_', ofNewest);
  }

  @Fetch(monthlyBudget)
  @FieldResolver(() => Money, {
    nullable: true,
    description: "A budget of the key's own inside the workspace's; null for none.",
  })
  monthlyBudget(amount: string | null, { actor: { currency } }: Fetched): Money | null {
    return amount === null ? null : { amount, currency };
  }

  @Fetch(viewerRole, createdById, storedStatus, workspaces.columns.archivedAt)
  @FieldResolver(() => Boolean, {
    description:
      'Whether the viewer may update, rotate and revoke it: not once it is revoked, nor while its workspace is archived.',
  })
  viewerCanUpdate(
    role: MemberRole | null,
    makerId: string | null,
    status: VirtualKeyStatus,
    archivedAt: Date | null,
    { actor }: Fetched,
  ): boolean {
    const takesChanges = archivedAt === null && status !== VirtualKeyStatus.REVOKED;
    return takesChanges && may(actor, role, permissionToChange(actor, makerId));
  }

  @Cost({ statements: 1, items: secretsMax })
  @Along(keyStatus)
  @FieldResolver(() => [VirtualKeySecret], {
    description: 'The secrets that are accepted now, newest first: two while a rotation overlaps, none unless ACTIVE.',
  })
  secrets(
    @Root() { uuid, secrets: status }: KeyWithSecrets,
    @Ctx() reader: Reader,
  ): readonly VirtualKeySecret[] | Promise<readonly VirtualKeySecret[]> {
    return status === VirtualKeyStatus.ACTIVE ? secretsOfKey(reader).load(uuid) : [];
  }
}

@Resolver(() => Workspace)
export class WorkspaceVirtualKeysResolver {
  @Fetch(activeKeyCount)
  @FieldResolver(() => Int, { description: 'Keys that the gateway accepts at the moment of the query.' })
  activeKeyCount(count: number): number {
    return count;
  }

  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => VirtualKeyConnection, { description: 'Its keys, newest first.' })
  async virtualKeys(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('statuses', () => [VirtualKeyStatus], { nullable: true, description: 'Any of these statuses.' })
    statuses?: VirtualKeyStatus[] | null,
  ) {
    return new VirtualKeyConnection(await listWorkspaceVirtualKeys(reader, workspace.uuid, { page, statuses }, info));
  }
}
