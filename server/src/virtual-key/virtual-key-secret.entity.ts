import { Field, ObjectType } from 'type-graphql';
import { bytes, Table, text, time, uuid } from '../database/table.js';
import { DateTimeScalar } from '../graphql/scalars.js';

/** The secrets of keys: the newest, those that a rotation has let go on for a while, and those that have ended. */
export const virtualKeySecrets = new Table('virtual_key_secrets', 's', {
  id: uuid().primary(),
  organizationId: uuid().primary(),
  virtualKeyId: uuid(),
  /** SHA-256 of the secret. */
  secretDigest: bytes(),
  lastFour: text(),
  createdAt: time().default('now()'),
  /** Null for the key's newest one. */
  expiresAt: time().nullable(),
  lastUsedAt: time().nullable(),
});

@ObjectType({ simpleResolvers: true, description: 'One of the secrets of a key; the secret itself is never readable.' })
export class VirtualKeySecret {
  @Field(() => String, { description: 'Prefix and last four characters, for recognition.' })
  readonly maskedKey!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it stops being accepted; null for the newest one.',
  })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the gateway last accepted it; null for never.' })
  readonly lastUsedAt!: Date | null;
}

/** How a secret is shown: its prefix and last four characters. */
export function maskedSecret(lastFour: string): string {
  return `tvk_…${lastFour}`;
}
