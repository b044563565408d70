import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { Cost } from '../fetch/cost.js';
import { ExpectedVersion, IdempotencyKey, OverlapSeconds } from '../graphql/fields.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTimeScalar, DecimalScalar } from '../graphql/scalars.js';
import {
  decisionsMax,
  IfGiven,
  IfPresent,
  IsBudget,
  IsDecisionList,
  IsLimit,
  IsModelList,
  IsName,
  IsText,
  NestedUpTo,
  NotNull,
} from '../graphql/validators.js';
import { VirtualKey, VirtualKeyStatus } from './virtual-key.entity.js';

export enum VirtualKeyOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
  LAST_USED_AT = 'LAST_USED_AT',
  EXPIRES_AT = 'EXPIRES_AT',
}

export enum KeyReviewDecision {
  KEEP = 'KEEP',
  DISABLE = 'DISABLE',
  REVOKE = 'REVOKE',
}

registerEnumType(VirtualKeyOrderField, {
  name: 'VirtualKeyOrderField',
  description: 'What keys can be ordered by.',
  valuesConfig: {
    NAME: { description: 'The name, without regard to case.' },
    CREATED_AT: { description: 'When it was created.' },
    LAST_USED_AT: { description: 'When it was last used; one that was never used counts as the oldest.' },
    EXPIRES_AT: { description: 'When it expires; one that never does counts as the last.' },
  },
});
registerEnumType(KeyReviewDecision, {
  name: 'KeyReviewDecision',
  description: 'What becomes of a key in a review.',
  valuesConfig: {
    KEEP: { description: 'It stays as it is.' },
    DISABLE: { description: 'It is switched off for now.' },
    REVOKE: { description: 'It is switched off for ever.' },
  },
});

@InputType({ description: 'Which keys to list; conditions that are given must all hold.' })
export class VirtualKeyFilter {
  @Field(() => [ID], { nullable: true, description: 'Of any of these workspaces.' })
  readonly workspaceIds?: string[] | null;

  @Field(() => [VirtualKeyStatus], { nullable: true, description: 'Any of these statuses.' })
  readonly statuses?: VirtualKeyStatus[] | null;

  @Field(() => Int, { nullable: true, description: 'Not used for so many days, 0 to 36500, or never.' })
  readonly unusedForDays?: number | null;

  @Field(() => [ID], { nullable: true, description: 'Made by any of these people.' })
  readonly createdByIds?: string[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Stops working before this time, or has by now; never one without an end.',
  })
  readonly expiresBefore?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Not reviewed since this time, or never.' })
  readonly notReviewedSince?: Date | null;

  @Field(() => String, { nullable: true, description: 'Part of the name, case-insensitive.' })
  readonly search?: string | null;
}

@InputType({ description: 'How to order keys.' })
export class VirtualKeyOrder {
  @Field(() => VirtualKeyOrderField, { description: 'What to order by.' })
  readonly field!: VirtualKeyOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  readonly direction!: OrderDirection;
}

/** What a key may be limited to, on creation and later. */
@InputType()
export abstract class VirtualKeyLimits {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the key stops working; null for never.' })
  readonly expiresAt?: Date | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Models that the key may ask for, 1 to 200 of them; null for every model that the workspace routes. A repeated one counts once.',
  })
  @IfPresent()
  @IsModelList()
  readonly allowedModels?: string[] | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: "In the organization's currency: 0 or more, at most two decimals; null for none of the key's own.",
  })
  @IfPresent()
  @IsBudget()
  readonly monthlyBudget?: string | null;

  @Field(() => Int, { nullable: true, description: 'Requests in a minute, 1 or more; null for no limit.' })
  @IfPresent()
  @IsLimit()
  readonly requestsPerMinute?: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens in a minute, 1 or more; null for no limit.' })
  @IfPresent()
  @IsLimit()
  readonly tokensPerMinute?: number | null;
}

@InputType({ description: 'A new key.' })
export class CreateVirtualKeyInput extends VirtualKeyLimits {
  @Field(() => ID, { description: 'The workspace that the key spends for.' })
  readonly workspaceId!: string;

  @Field(() => String, { description: '1 to 80 characters after trimming.' })
  @IsName()
  readonly name!: string;

  @IdempotencyKey('answers with the first result, without its secret')
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'What is left out stays; null clears what can be cleared.' })
export class UpdateVirtualKeyInput extends VirtualKeyLimits {
  @Field(() => ID, { description: 'The key to change.' })
  readonly virtualKeyId!: string;

  @ExpectedVersion()
  readonly expectedVersion!: number;

  @Field(() => String, { nullable: true, description: '1 to 80 characters after trimming.' })
  @IfGiven()
  @NotNull()
  @IsName()
  readonly name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'False switches the key off for now, true on again, which a key that has expired is not by it.',
  })
  @IfGiven()
  @NotNull()
  readonly enabled?: boolean | null;
}

@InputType({ description: 'Which key gets a new secret.' })
export class RotateVirtualKeyInput {
  @Field(() => ID, { description: 'The key to rotate.' })
  readonly virtualKeyId!: string;

  @OverlapSeconds()
  readonly overlapSeconds: number = 0;

  @IdempotencyKey('rotates no more, and answers without a secret')
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'Which key to switch off for ever.' })
export class RevokeVirtualKeyInput {
  @Field(() => ID, { description: 'The key to revoke.' })
  readonly virtualKeyId!: string;

  @Field(() => String, { nullable: true, description: 'Why, for the audit log: 1 to 1000 characters.' })
  @IfPresent()
  @IsText()
  readonly reason?: string | null;
}

@InputType({ description: 'The decision on one key.' })
export class KeyReviewInput {
  @Field(() => ID, { description: 'The key.' })
  readonly virtualKeyId!: string;

  @Field(() => KeyReviewDecision, { description: 'What becomes of it.' })
  readonly decision!: KeyReviewDecision;

  @Field(() => String, { nullable: true, description: 'Why, for the audit log: 1 to 1000 characters.' })
  @IfPresent()
  @IsText()
  readonly note?: string | null;
}

@InputType({ description: 'At most 200 decisions; all of them or none.' })
export class ReviewVirtualKeysInput {
  @Field(() => [KeyReviewInput], { description: 'One decision a key.' })
  @IsDecisionList()
  @NestedUpTo(decisionsMax)
  readonly decisions!: KeyReviewInput[];
}

@ObjectType({ simpleResolvers: true, description: 'The new key, or why there is none.' })
export class CreateVirtualKeyPayload extends Payload {
  @Field(() => VirtualKey, { nullable: true, description: 'The new key; on a repeat, the first one.' })
  readonly virtualKey?: string | null;

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
  readonly virtualKey?: string | null;

  @Field(() => VirtualKey, { nullable: true, description: 'On VERSION_CONFLICT, the key as it is now.' })
  readonly conflictingVirtualKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The key with its new secret, or why it has none.' })
export class RotateVirtualKeyPayload extends Payload {
  @Field(() => VirtualKey, { nullable: true, description: 'The key, the same as before.' })
  readonly virtualKey?: string | null;

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
  readonly virtualKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The reviewed keys, or why nothing was decided.' })
export class ReviewVirtualKeysPayload extends Payload {
  @Cost({ statements: 1, items: decisionsMax })
  @Field(() => [VirtualKey], { nullable: true, description: 'The keys in the order of the decisions.' })
  readonly virtualKeys?: readonly string[] | null;
}
