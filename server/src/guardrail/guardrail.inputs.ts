import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { ExpectedVersion, IdempotencyKey } from '../graphql/fields.js';
import { HasNoCredential, IfGiven, IfPresent, IsName, IsVersion, NotNull } from '../graphql/validators.js';
import { Guardrail, GuardrailAction, GuardrailKind, GuardrailStage, PiiType } from './guardrail.entity.js';
import { IsCountry, IsPiiTypeList, IsPosition, IsStorable, IsTermList } from './guardrail-validators.js';

/** What a guardrail looks for: each kind takes its own fields and refuses the others'. */
@InputType()
export abstract class GuardrailFields {
  @Field(() => [String], {
    nullable: true,
    description:
      'Of BLOCKED_TERMS: 1 to 1,000 terms of 1 to 100 characters, looked for as whole words in any case; a repeated one counts once.',
  })
  @IfPresent()
  @IsTermList()
  @IsStorable()
  @HasNoCredential()
  readonly terms?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of PATTERN: in RE2 syntax; a match is looked for within 256 characters from its start.',
  })
  @IfPresent()
  @IsStorable()
  @HasNoCredential()
  readonly pattern?: string | null;

  @Field(() => [PiiType], { nullable: true, description: 'Of PII: at least one type; a repeated one counts once.' })
  @IfPresent()
  @IsPiiTypeList()
  readonly piiTypes?: PiiType[] | null;

  @Field(() => Int, { nullable: true, description: 'Of MAX_LENGTH: 1 or more, in code points.' })
  readonly maxLength?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of PII: ISO 3166 alpha-2; local phone numbers of this country count too.',
  })
  @IfPresent()
  @IsCountry()
  readonly country?: string | null;
}

@InputType({ description: 'A new guardrail.' })
export class CreateGuardrailInput extends GuardrailFields {
  @Field(() => ID, { description: 'The workspace whose texts it looks at.' })
  readonly workspaceId!: string;

  @Field(() => String, { description: '1 to 80 characters after trimming, unique in the workspace.' })
  @IsName()
  @HasNoCredential()
  readonly name!: string;

  @Field(() => GuardrailStage, { description: 'Which text it looks at; fixed for ever.' })
  readonly stage!: GuardrailStage;

  @Field(() => GuardrailKind, { description: 'What it looks for; fixed for ever.' })
  readonly kind!: GuardrailKind;

  @Field(() => GuardrailAction, { description: 'What becomes of a text in which it finds something.' })
  readonly action!: GuardrailAction;

  @Field(() => Int, {
    nullable: true,
    description: 'Its place among those of its stage, from 1 on; the last unless given.',
  })
  @IfPresent()
  @IsPosition()
  readonly position?: number | null;

  @IdempotencyKey()
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'What is left out stays; null clears what can be cleared.' })
export class UpdateGuardrailInput extends GuardrailFields {
  @Field(() => ID, { description: 'The guardrail to change.' })
  readonly guardrailId!: string;

  @ExpectedVersion()
  readonly expectedVersion!: number;

  @Field(() => String, { nullable: true, description: '1 to 80 characters after trimming, unique in the workspace.' })
  @IfGiven()
  @NotNull()
  @IsName()
  @HasNoCredential()
  readonly name?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Its place among those of its stage, from 1 on; the others move up or down.',
  })
  @IfGiven()
  @NotNull()
  @IsPosition()
  readonly position?: number | null;

  @Field(() => GuardrailAction, {
    nullable: true,
    description: 'What becomes of a text in which it finds something.',
  })
  @IfGiven()
  @NotNull()
  readonly action?: GuardrailAction | null;

  @Field(() => Boolean, { nullable: true, description: 'False switches it off for now; it keeps its place.' })
  @IfGiven()
  @NotNull()
  readonly enabled?: boolean | null;
}

@InputType({ description: 'Which guardrail to delete.' })
export class DeleteGuardrailInput {
  @Field(() => ID, { description: 'The guardrail to delete.' })
  readonly guardrailId!: string;

  @Field(() => Int, { nullable: true, description: 'Its version as last read; another one answers VERSION_CONFLICT.' })
  @IfPresent()
  @IsVersion()
  readonly expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'The new guardrail, or why there is none.' })
export class CreateGuardrailPayload extends Payload {
  @Field(() => Guardrail, { nullable: true, description: 'The new guardrail; on a repeat, the first one.' })
  readonly guardrail?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The changed guardrail, or why it was not changed.' })
export class UpdateGuardrailPayload extends Payload {
  @Field(() => Guardrail, { nullable: true, description: 'The guardrail as it is after the change.' })
  readonly guardrail?: string | null;

  @Field(() => Guardrail, { nullable: true, description: 'On VERSION_CONFLICT, the guardrail as it is now.' })
  readonly conflictingGuardrail?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What was deleted, or why it was not.' })
export class DeleteGuardrailPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Global id of the guardrail that was deleted.' })
  readonly deletedId?: string | null;
}
