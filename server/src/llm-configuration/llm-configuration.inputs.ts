import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { ExpectedVersion, IdempotencyKey } from '../graphql/fields.js';
import { DecimalScalar } from '../graphql/scalars.js';
import { HasNoCredential, IfGiven, IfPresent, IsModelName, IsName, IsVersion, NotNull } from '../graphql/validators.js';
import { WorkspaceRegion } from '../workspace/workspace.entity.js';
import { LlmConfiguration, LlmProvider } from './llm-configuration.entity.js';
import { IsCredentialRef, IsNotOpaque, IsPrice } from './llm-configuration-validators.js';

const price = "In the organization's currency: 0 to 1,000,000, at most eight decimals.";

@InputType({ description: 'A new configuration.' })
export class CreateLlmConfigurationInput {
  @Field(() => ID, { description: 'The workspace that may route to it.' })
  readonly workspaceId!: string;

  @Field(() => String, { description: '1 to 80 characters after trimming, unique in the workspace.' })
  @HasNoCredential()
  @IsName()
  readonly name!: string;

  @Field(() => LlmProvider, { description: 'Who runs the model; fixed for ever.' })
  readonly provider!: LlmProvider;

  @Field(() => String, { description: "The provider's own model name: 1 to 200 printable characters." })
  @HasNoCredential()
  @IsModelName()
  readonly model!: string;

  @Field(() => WorkspaceRegion, { description: 'Where the provider runs it.' })
  readonly region!: WorkspaceRegion;

  @Field(() => String, {
    nullable: true,
    description:
      'An https address without credentials, query or fragment; required for OPENAI_COMPATIBLE and AZURE_OPENAI.',
  })
  readonly baseUrl?: string | null;

  @Field(() => String, {
    description:
      'Where the gateway finds the credential: env:, file:, vault:, aws-sm:, gcp-sm: or azure-kv: and 1 to 512 printable characters without blanks; never the credential.',
  })
  @IsCredentialRef()
  @IsNotOpaque()
  @HasNoCredential()
  readonly credentialRef!: string;

  @Field(() => DecimalScalar, { description: price })
  @IsPrice()
  readonly inputPricePerMillionTokens!: string;

  @Field(() => DecimalScalar, { nullable: true, description: `${price} The input price unless given.` })
  @IfPresent()
  @IsPrice()
  readonly cachedInputPricePerMillionTokens?: string | null;

  @Field(() => DecimalScalar, { description: price })
  @IsPrice()
  readonly outputPricePerMillionTokens!: string;

  @IdempotencyKey()
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'What is left out stays; null clears what can be cleared.' })
export class UpdateLlmConfigurationInput {
  @Field(() => ID, { description: 'The configuration to change.' })
  readonly llmConfigurationId!: string;

  @ExpectedVersion()
  readonly expectedVersion!: number;

  @Field(() => String, { nullable: true, description: '1 to 80 characters after trimming, unique in the workspace.' })
  @IfGiven()
  @NotNull()
  @HasNoCredential()
  @IsName()
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: "The provider's own model name: 1 to 200 printable characters." })
  @IfGiven()
  @NotNull()
  @HasNoCredential()
  @IsModelName()
  readonly model?: string | null;

  @Field(() => WorkspaceRegion, { nullable: true, description: 'Where the provider runs it.' })
  @IfGiven()
  @NotNull()
  readonly region?: WorkspaceRegion | null;

  @Field(() => String, {
    nullable: true,
    description:
      'An https address without credentials, query or fragment; required for OPENAI_COMPATIBLE and AZURE_OPENAI.',
  })
  readonly baseUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'Where the gateway finds the credential, as on creation.' })
  @IfGiven()
  @NotNull()
  @IsCredentialRef()
  @IsNotOpaque()
  @HasNoCredential()
  readonly credentialRef?: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: price })
  @IfGiven()
  @NotNull()
  @IsPrice()
  readonly inputPricePerMillionTokens?: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `${price} Null for the input price.` })
  @IfPresent()
  @IsPrice()
  readonly cachedInputPricePerMillionTokens?: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: price })
  @IfGiven()
  @NotNull()
  @IsPrice()
  readonly outputPricePerMillionTokens?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'False takes it out of every route for now.' })
  @IfGiven()
  @NotNull()
  readonly enabled?: boolean | null;
}

@InputType({ description: 'Which configuration to delete; one that a route uses stays.' })
export class DeleteLlmConfigurationInput {
  @Field(() => ID, { description: 'The configuration to delete.' })
  readonly llmConfigurationId!: string;

  @Field(() => Int, { nullable: true, description: 'Its version as last read; another one answers VERSION_CONFLICT.' })
  @IfPresent()
  @IsVersion()
  readonly expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'The new configuration, or why there is none.' })
export class CreateLlmConfigurationPayload extends Payload {
  @Field(() => LlmConfiguration, { nullable: true, description: 'The new configuration; on a repeat, the first one.' })
  readonly llmConfiguration?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The changed configuration, or why it was not changed.' })
export class UpdateLlmConfigurationPayload extends Payload {
  @Field(() => LlmConfiguration, { nullable: true, description: 'The configuration as it is after the change.' })
  readonly llmConfiguration?: string | null;

  @Field(() => LlmConfiguration, {
    nullable: true,
    description: 'On VERSION_CONFLICT, the configuration as it is now.',
  })
  readonly conflictingLlmConfiguration?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What was deleted, or why it was not.' })
export class DeleteLlmConfigurationPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Global id of the configuration that was deleted.' })
  readonly deletedId?: string | null;
}
