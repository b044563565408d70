import { Field, ObjectType } from 'type-graphql';
import { type SecretsOf, secretColumns } from '../auth/secret-table.js';
import { Table, uuid } from '../database/table.js';
import { KeptSecret } from '../graphql/kept-secret.js';

export const virtualKeySecrets = new Table('virtual_key_secrets', 's', { virtualKeyId: uuid(), ...secretColumns });

export const secretsOfKeys: SecretsOf = { table: virtualKeySecrets, holder: virtualKeySecrets.columns.virtualKeyId };

@ObjectType({ simpleResolvers: true, description: 'One of the secrets of a key; the secret itself is never readable.' })
export class VirtualKeySecret extends KeptSecret {
  @Field(() => String, { description: 'Prefix and last four characters, for recognition.' })
  readonly maskedKey!: string;
}
