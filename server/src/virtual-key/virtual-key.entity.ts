import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type Actor, userIdOf } from '../access/actor.js';
import type { Permission } from '../access/permissions.js';
import { sql } from '../database/sql.js';
import { integer, numeric, type RowOf, text, texts, time, uuid } from '../database/table.js';
import { Cost } from '../fetch/cost.js';
import { Fetch, piece } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { modelsMax } from '../graphql/validators.js';
import { User } from '../user/user.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';

export enum VirtualKeyStatus {
  ACTIVE = 'ACTIVE',
  DISABLED = 'DISABLED',
  EXPIRED = 'EXPIRED',
  REVOKED = 'REVOKED',
}

registerEnumType(VirtualKeyStatus, {
  name: 'VirtualKeyStatus',
  description: 'ACTIVE is the only status that the gateway accepts, and the only one that counts as an active key.',
  valuesConfig: {
    ACTIVE: { description: 'Accepted by the gateway.' },
    DISABLED: { description: 'Switched off for now.' },
    EXPIRED: { description: 'Past its expiresAt, at the moment of reading.' },
    REVOKED: { description: 'Switched off for ever.' },
  },
});

export const virtualKeys = new Noun('VirtualKey', 'vk', {
  name: 'virtual_keys',
  alias: 'k',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    workspaceId: uuid(),
    name: text(),
    /** What the name is found by. */
    searchKey: text(),
    /** Of the newest secret. */
    lastFour: text(),
    /** How it is switched: never EXPIRED, and whatever its workspace makes of that. */
    status: text<VirtualKeyStatus>().default(`'${VirtualKeyStatus.ACTIVE}'`),
    createdById: uuid().nullable(),
    /** The name of then: not everybody may see that person. */
    createdByName: text().nullable(),
    createdAt: time().default('now()'),
    expiresAt: time().nullable(),
    lastUsedAt: time().nullable(),
    allowedModels: texts().nullable(),
    /** Exact, with two decimals, in the organization's currency. */
    monthlyBudget: numeric().nullable(),
    requestsPerMinute: integer().nullable(),
    tokensPerMinute: integer().nullable(),
    lastReviewedAt: time().nullable(),
    lastReviewedById: uuid().nullable(),
    lastReviewedByName: text().nullable(),
    revokedAt: time().nullable(),
    version: integer().default('1'),
  },
});

export type VirtualKeyRow = RowOf<typeof virtualKeys>;

/** What is needed to change a key, by who has made it. */
export function permissionToChange(actor: Actor, createdById: string | null): Permission {
  return createdById !== null && createdById === userIdOf(actor) ? 'virtual_key.change_own' : 'virtual_key.change_any';
}

/**
 * SQL for the status of the key `k` of the workspace `w` now: expiry counts from its very moment, unless the key was
 * revoked before, and in an archived workspace every key is switched off.
 */
export const keyStatusSql = sql`CASE WHEN k.status = 'REVOKED' THEN 'REVOKED' WHEN k.expires_at <= now() THEN 'EXPIRED'
  WHEN w.archived_at IS NOT NULL THEN 'DISABLED' ELSE k.status END`;

export const keyStatus = piece<VirtualKeyStatus>(keyStatusSql, (status) => status as VirtualKeyStatus);

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A gateway credential. Its secret is never readable through this type.',
})
export class VirtualKey {
  @Field(() => ID, { description: 'Global id, `vk_…`.' })
  readonly id!: string;

  @Fetch(virtualKeys.columns.workspaceId)
  @Field(() => Workspace, { description: 'The workspace that the key spends for.' })
  readonly workspace!: Workspace;

  @Field(() => String, { description: 'Name to show.' })
  readonly name!: string;

  @Fetch(keyStatus)
  @Field(() => VirtualKeyStatus, { description: 'Whether the gateway accepts the key, at the moment of reading.' })
  readonly status!: VirtualKeyStatus;

  @Fetch(virtualKeys.columns.createdById)
  @Field(() => User, {
    nullable: true,
    description: 'Who created it; null where that was no person, or one whom the viewer may not see.',
  })
  readonly createdBy!: User | null;

  @Field(() => String, { nullable: true, description: 'Name of who created it, person or service, at that time.' })
  readonly createdByName!: string | null;

  @Field(() => DateTimeScalar, { description: 'When the key was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the key stops working; null for never.' })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the gateway last accepted it; null for never.' })
  readonly lastUsedAt!: Date | null;

  @Cost({ items: modelsMax })
  @Field(() => [String], {
    nullable: true,
    description: 'Models that the key may ask for; null for every model that the workspace routes.',
  })
  readonly allowedModels!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'Requests that the key may make in a minute; null for no limit.' })
  readonly requestsPerMinute!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens that the key may use in a minute; null for no limit.' })
  readonly tokensPerMinute!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When somebody last decided on it in a review.' })
  readonly lastReviewedAt!: Date | null;

  @Fetch(virtualKeys.columns.lastReviewedById)
  @Field(() => User, {
    nullable: true,
    description:
      'Who last decided on it in a review; null where nobody has, or where that was no person, or one whom the viewer may not see.',
  })
  readonly lastReviewedBy!: User | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of who last decided on it, person or service, at that time; null where nobody has.',
  })
  readonly lastReviewedByName!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null where it was not.' })
  readonly revokedAt!: Date | null;

  @Field(() => Int, {
    description: 'Rises by one with every change of settings or status; sent back as expectedVersion.',
  })
  readonly version!: number;
}
