import {
  Arg,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { Money } from '../graphql/money.js';
import { answer, Payload } from '../graphql/payload.js';
import { decisionsMax } from '../graphql/validators.js';
import { type CursorShape, decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { connectionType, pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { User, type UserRow } from '../user/user.entity.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { changedKey, issuedKey } from './issued-key.js';
import { VirtualKey, type VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';
import {
  CreateVirtualKeyInput,
  ReviewVirtualKeysInput,
  RevokeVirtualKeyInput,
  RotateVirtualKeyInput,
  UpdateVirtualKeyInput,
  VirtualKeyFilter,
  VirtualKeyOrder,
} from './virtual-key.inputs.js';
import { listVirtualKeys } from './virtual-key.queries.js';
import { createVirtualKey, revokeVirtualKey, rotateVirtualKey, updateVirtualKey } from './virtual-key.service.js';
import { reviewVirtualKeys } from './virtual-key-review.js';
import { maskedSecret, VirtualKeySecret, type VirtualKeySecretRow } from './virtual-key-secret.entity.js';

const VirtualKeyConnection = connectionType<VirtualKeyRow>('VirtualKey', () => VirtualKey);
const cursorShape: CursorShape = { ordering: 'workspace.virtualKeys:CREATED_AT:DESC', parts: ['time', 'uuid'] };

@ObjectType({ simpleResolvers: true, description: 'The new key, or why there is none.' })
export class CreateVirtualKeyPayload extends Payload {
  @Field(() => VirtualKey, { nullable: true, description: 'The new key; on a repeat, the first one.' })
  readonly virtualKey?: VirtualKeyRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'The only time that the secret is shown; null on a repeat with the same idempotencyKey.',
  })
  readonly secret?: string | null;

  @Field(() => String, { nullable: true, description: 'On a repeat, why the secret is null and how to get another.' })
  readonly message?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The changed key, or why it was not changed.' })
export class UpdateVirtualKeyPayload extends Payload {
  @Field(() => VirtualKey, { nullable: true, description: 'The key as it is after the change.' })
  readonly virtualKey?: VirtualKeyRow | null;

  @Field(() => VirtualKey, { nullable: true, description: 'On VERSION_CONFLICT, the key as it is now.' })
  readonly conflictingVirtualKey?: VirtualKeyRow | null;
}

@ObjectType({ simpleResolvers: true, description: 'The key with its new secret, or why it has none.' })
export class RotateVirtualKeyPayload extends Payload {
  @Field(() => VirtualKey, { nullable: true, description: 'The key, the same as before.' })
  readonly virtualKey?: VirtualKeyRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'The only time that the new secret is shown; null on a repeat with the same idempotencyKey.',
  })
  readonly secret?: string | null;

  @Field(() => String, { nullable: true, description: 'On a repeat, why the secret is null and how to get another.' })
  readonly message?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The revoked key, or why it was not revoked.' })
export class RevokeVirtualKeyPayload extends Payload {
  @Field(() => VirtualKey, { nullable: true, description: 'The key, which keeps its history.' })
  readonly virtualKey?: VirtualKeyRow | null;
}

@ObjectType({ simpleResolvers: true, description: 'The reviewed keys, or why nothing was decided.' })
export class ReviewVirtualKeysPayload extends Payload {
  @Extensions({ itemsMax: decisionsMax })
  @Field(() => [VirtualKey], { nullable: true, description: 'The keys in the order of the decisions.' })
  readonly virtualKeys?: readonly VirtualKeyRow[] | null;
}

@Resolver(() => VirtualKey)
export class VirtualKeyResolver {
  @Query(() => VirtualKeyConnection, {
    nullable: true,
    description:
      'Keys across every workspace that the viewer may see, for the regular review; newest first unless ordered otherwise.',
  })
  async virtualKeys(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
    @Arg('filter', () => VirtualKeyFilter, { nullable: true, description: 'Which keys to list.' })
    filter?: VirtualKeyFilter | null,
    @Arg('orderBy', () => VirtualKeyOrder, { nullable: true, description: 'By creation, descending, unless given.' })
    orderBy?: VirtualKeyOrder | null,
  ) {
    return new VirtualKeyConnection(await listVirtualKeys(context, { first, after, filter, orderBy }));
  }

  @Mutation(() => CreateVirtualKeyPayload, {
    nullable: true,
    description: "Creates a key of the viewer's own and shows its secret, this once.",
  })
  createVirtualKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateVirtualKeyInput, { description: 'The new key.' }) input: CreateVirtualKeyInput,
  ): Promise<CreateVirtualKeyPayload> {
    return answer({ context, permission: 'virtual_key.create', input }, async () =>
      issuedKey(context, await createVirtualKey(context, input)),
    );
  }

  @Mutation(() => UpdateVirtualKeyPayload, {
    nullable: true,
    description: 'Changes a key, if nobody else has changed it since it was read.',
  })
  updateVirtualKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateVirtualKeyInput, { description: 'What to change.' }) input: UpdateVirtualKeyInput,
  ): Promise<UpdateVirtualKeyPayload> {
    return answer({ context, permission: 'virtual_key.change_own', input }, async () => ({
      virtualKey: await changedKey(context, await updateVirtualKey(context, input)),
    }));
  }

  @Mutation(() => RotateVirtualKeyPayload, {
    nullable: true,
    description: 'A new secret under the same key id, so its history and budget go on.',
  })
  rotateVirtualKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => RotateVirtualKeyInput, { description: 'Which key, and how long the old secret goes on.' })
    input: RotateVirtualKeyInput,
  ): Promise<RotateVirtualKeyPayload> {
    return answer({ context, permission: 'virtual_key.change_own', input }, async () =>
      issuedKey(context, await rotateVirtualKey(context, input)),
    );
  }

  @Mutation(() => RevokeVirtualKeyPayload, {
    nullable: true,
    description: 'Switches a key off for ever, at once; revoking it again changes nothing.',
  })
  revokeVirtualKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => RevokeVirtualKeyInput, { description: 'Which key.' }) input: RevokeVirtualKeyInput,
  ): Promise<RevokeVirtualKeyPayload> {
    return answer({ context, permission: 'virtual_key.change_own', input }, async () => ({
      virtualKey: await changedKey(context, await revokeVirtualKey(context, input)),
    }));
  }

  @Mutation(() => ReviewVirtualKeysPayload, {
    nullable: true,
    description: 'Does what was decided on up to 200 keys, all of it or nothing.',
  })
  reviewVirtualKeys(
    @Ctx() context: RequestContext,
    @Arg('input', () => ReviewVirtualKeysInput, { description: 'The decisions.' }) input: ReviewVirtualKeysInput,
  ): Promise<ReviewVirtualKeysPayload> {
    return answer({ context, permission: 'virtual_key.review', input }, async () => {
      const ids = await reviewVirtualKeys(context, input);
      context.forgetReads();
      const keys = await Promise.all(ids.map((id) => context.loaders.virtualKeys.byId.load(id)));
      // Whoever has lost sight of one meanwhile gets the others.
      return { virtualKeys: keys.filter((key) => key !== null) };
    });
  }

  @FieldResolver(() => ID)
  id(@Root() key: VirtualKeyRow): string {
    return toGlobalId('VirtualKey', key.id);
  }

  @FieldResolver(() => Workspace, { description: 'The workspace that the key spends for.' })
  workspace(@Root() key: VirtualKeyRow, @Ctx() { loaders }: RequestContext): Promise<WorkspaceRow | null> {
    return loaders.workspaces.byId.load(key.workspaceId);
  }

  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedKey(@Root() key: VirtualKeyRow): string {
    return maskedSecret(key);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: "A budget of the key's own inside the workspace's; null for none.",
  })
  monthlyBudget(@Root() key: VirtualKeyRow, @Ctx() { actor }: RequestContext): Money | null {
    return key.monthlyBudget === null ? null : { amount: key.monthlyBudget, currency: actor.currency };
  }

  @FieldResolver(() => [VirtualKeySecret], {
    description: 'The secrets that are accepted now, newest first: two while a rotation overlaps, none unless ACTIVE.',
  })
  secrets(
    @Root() key: VirtualKeyRow,
    @Ctx() { loaders }: RequestContext,
  ): readonly VirtualKeySecretRow[] | Promise<readonly VirtualKeySecretRow[]> {
    return key.status === VirtualKeyStatus.ACTIVE ? loaders.virtualKeys.secrets.load(key.id) : [];
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'Who last decided on it in a review; null where nobody has, or where that was no person.',
  })
  lastReviewedBy(@Root() key: VirtualKeyRow, @Ctx() { loaders }: RequestContext): Promise<UserRow | null> | null {
    return key.lastReviewedById === null ? null : loaders.users.load(key.lastReviewedById);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who created it; null where that was no person.' })
  createdBy(@Root() key: VirtualKeyRow, @Ctx() { loaders }: RequestContext): Promise<UserRow | null> | null {
    return key.createdById === null ? null : loaders.users.load(key.createdById);
  }
}

@Resolver(() => VirtualKeySecret)
export class VirtualKeySecretResolver {
  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedKey(@Root() secret: VirtualKeySecretRow): string {
    return maskedSecret(secret);
  }
}

@Resolver(() => Workspace)
export class WorkspaceVirtualKeysResolver {
  @FieldResolver(() => VirtualKeyConnection, { description: 'Its keys, newest first.' })
  async virtualKeys(
    @Root() workspace: WorkspaceRow,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
    @Arg('statuses', () => [VirtualKeyStatus], { nullable: true, description: 'Any of these statuses.' })
    statuses?: VirtualKeyStatus[] | null,
  ) {
    const size = pageSize(first);
    const place = after == null ? null : decodeCursor(cursorShape, after);
    const list = { statuses: statuses == null ? null : [...new Set(statuses)].sort() };
    const rows = await loaders.virtualKeys.pages.load({
      parentId: workspace.id,
      args: { ...list, after: place, limit: size + 1 },
    });
    const page = toPage(
      rows,
      { size, after },
      {
        cursorOf: (row) => encodeCursor(cursorShape, [row.createdAt.toISOString(), row.id]),
        countTotal: () => loaders.virtualKeys.totals.load({ parentId: workspace.id, args: list }),
      },
    );
    return new VirtualKeyConnection(page);
  }
}
