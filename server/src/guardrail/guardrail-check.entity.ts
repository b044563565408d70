import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Cost } from '../fetch/cost.js';
import { Guardrail, GuardrailStage, PiiType } from './guardrail.entity.js';

export enum GuardrailOutcome {
  ALLOWED = 'ALLOWED',
  FLAGGED = 'FLAGGED',
  REDACTED = 'REDACTED',
  BLOCKED = 'BLOCKED',
}

registerEnumType(GuardrailOutcome, {
  name: 'GuardrailOutcome',
  description: 'What becomes of a text: the gravest action of the guardrails that find something decides.',
  valuesConfig: {
    ALLOWED: { description: 'It goes on as it is; nothing was found.' },
    FLAGGED: { description: 'It goes on as it is; something was found.' },
    REDACTED: { description: 'It goes on with `[REDACTED]` in place of what was found.' },
    BLOCKED: { description: 'Nothing of it goes on.' },
  },
});

/** Of each guardrail. */
export const matchesMax = 1_000;

@InputType({ description: 'A text to look at; it is kept nowhere.' })
export class CheckGuardrailsInput {
  @Field(() => ID, { description: 'The workspace whose guardrails look at it.' })
  readonly workspaceId!: string;

  @Field(() => GuardrailStage, { description: 'Which guardrails look at it.' })
  readonly stage!: GuardrailStage;

  @Field(() => String, { description: 'At most 100,000 characters.' })
  readonly text!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Something that a guardrail found: half-open, in UTF-16 code units of the text as it was sent.',
})
export class GuardrailMatch {
  /** UUID. */
  @Field(() => Guardrail, { description: 'Which guardrail found it.' })
  readonly guardrail!: string;

  @Field(() => PiiType, { nullable: true, description: 'What it is, of a guardrail of kind PII.' })
  readonly piiType!: PiiType | null;

  @Field(() => Int, { description: 'Where it begins.' })
  readonly start!: number;

  @Field(() => Int, { description: 'Where it has ended.' })
  readonly end!: number;
}

@ObjectType({ simpleResolvers: true, description: "What a workspace's guardrails make of a text." })
export class GuardrailCheck {
  @Field(() => GuardrailOutcome, { description: 'What becomes of it.' })
  readonly outcome!: GuardrailOutcome;

  @Field(() => String, { nullable: true, description: 'The text as it would go on; null when blocked.' })
  readonly text!: string | null;

  @Cost({ statements: 1, items: matchesMax })
  @Field(() => [GuardrailMatch], {
    description:
      'By start, then in the order of the guardrails, at most 1,000 of each; of a text that is blocked, those that begin before the end of the first match that blocks.',
  })
  readonly matches!: readonly GuardrailMatch[];
}
