import { Field, ObjectType } from 'type-graphql';
import { type SecretsOf, secretColumns } from '../auth/secret-table.js';
import { Table, uuid } from '../database/table.js';
import { KeptSecret } from '../graphql/kept-secret.js';

export const serviceTokenSecrets = new Table('service_token_secrets', 'ss', {
  serviceTokenId: uuid(),
  /** Who was shown it. */
  createdById: uuid(),
  ...secretColumns,
});

export const secretsOfTokens: SecretsOf = {
  table: serviceTokenSecrets,
  holder: serviceTokenSecrets.columns.serviceTokenId,
};

@ObjectType({
  simpleResolvers: true,
  description: 'One of the secrets of a service token; the secret itself is never readable.',
})
export class ServiceTokenSecret extends KeptSecret {
  @Field(() => String, { description: 'Prefix and last four characters, for recognition.' })
  readonly maskedToken!: string;
}
