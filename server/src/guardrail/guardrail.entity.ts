import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { boolean, integer, type RowOf, text, texts, time, uuid } from '../database/table.js';
import { Cost } from '../fetch/cost.js';
import { Fetch } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { piiTypesMax, termsMax } from './guardrail-validators.js';

export enum GuardrailStage {
  INPUT = 'INPUT',
  OUTPUT = 'OUTPUT',
}

export enum GuardrailKind {
  BLOCKED_TERMS = 'BLOCKED_TERMS',
  PATTERN = 'PATTERN',
  PII = 'PII',
  MAX_LENGTH = 'MAX_LENGTH',
}

export enum GuardrailAction {
  BLOCK = 'BLOCK',
  REDACT = 'REDACT',
  FLAG = 'FLAG',
}

export enum PiiType {
  EMAIL = 'EMAIL',
  PHONE = 'PHONE',
  CREDIT_CARD = 'CREDIT_CARD',
  IBAN = 'IBAN',
  IP_ADDRESS = 'IP_ADDRESS',
}

registerEnumType(GuardrailStage, {
  name: 'GuardrailStage',
  description: 'Which text a guardrail looks at.',
  valuesConfig: {
    INPUT: { description: 'What is sent to the model.' },
    OUTPUT: { description: 'What the model answers.' },
  },
});
registerEnumType(GuardrailKind, {
  name: 'GuardrailKind',
  description: 'What a guardrail looks for.',
  valuesConfig: {
    BLOCKED_TERMS: { description: 'Any of its terms, as whole words.' },
    PATTERN: { description: 'A regular expression.' },
    PII: { description: 'Personal data of its types.' },
    MAX_LENGTH: { description: 'Text beyond a length.' },
  },
});
registerEnumType(GuardrailAction, {
  name: 'GuardrailAction',
  description: 'What becomes of a text in which a guardrail finds something.',
  valuesConfig: {
    BLOCK: { description: 'Nothing of it goes on.' },
    REDACT: { description: '`[REDACTED]` stands in place of what was found.' },
    FLAG: { description: 'It goes on as it is; the log tells.' },
  },
});
registerEnumType(PiiType, {
  name: 'PiiType',
  description: 'A type of personal data.',
  valuesConfig: {
    EMAIL: { description: 'E-mail addresses.' },
    PHONE: { description: "Phone numbers: international ones, and those of the guardrail's country." },
    CREDIT_CARD: { description: 'Card numbers whose check digit is right.' },
    IBAN: { description: 'Bank accounts whose length and checksum are right.' },
    IP_ADDRESS: { description: 'IPv4 and IPv6 addresses.' },
  },
});

export const guardrails = new Noun('Guardrail', 'guard', {
  name: 'guardrails',
  alias: 'g',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    workspaceId: uuid(),
    name: text(),
    /** What is unique of the name in the workspace. */
    nameKey: text(),
    /** Counted in each stage from 1 on, without gaps. */
    position: integer(),
    stage: text<GuardrailStage>(),
    kind: text<GuardrailKind>(),
    action: text<GuardrailAction>(),
    terms: texts().nullable(),
    pattern: text().nullable(),
    piiTypes: texts<PiiType>().nullable(),
    country: text().nullable(),
    maxLength: integer().nullable(),
    enabled: boolean().default('true'),
    version: integer().default('1'),
    createdAt: time().default('now()'),
    updatedAt: time().default('now()'),
    deletedAt: time().nullable(),
  },
});

export type GuardrailRow = RowOf<typeof guardrails>;

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'What the texts of a workspace are looked through for.',
})
export class Guardrail {
  @Field(() => ID, { description: 'Global id, `guard_…`.' })
  readonly id!: string;

  @Fetch(guardrails.columns.workspaceId)
  @Field(() => Workspace, { description: 'The workspace whose texts it looks at.' })
  readonly workspace!: Workspace;

  @Field(() => String, { description: 'Unique in the workspace, as names are elsewhere.' })
  readonly name!: string;

  @Field(() => Int, { description: "Its place among the workspace's guardrails of its stage, from 1 on." })
  readonly position!: number;

  @Field(() => GuardrailStage, { description: 'Which text it looks at.' })
  readonly stage!: GuardrailStage;

  @Field(() => GuardrailKind, { description: 'What it looks for.' })
  readonly kind!: GuardrailKind;

  @Field(() => GuardrailAction, { description: 'What becomes of a text in which it finds something.' })
  readonly action!: GuardrailAction;

  @Cost({ items: termsMax })
  @Field(() => [String], { nullable: true, description: 'Of BLOCKED_TERMS: 1 to 1,000 terms of 1 to 100 characters.' })
  readonly terms!: string[] | null;

  @Field(() => String, { nullable: true, description: 'Of PATTERN: RE2 syntax.' })
  readonly pattern!: string | null;

  @Cost({ items: piiTypesMax })
  @Field(() => [PiiType], { nullable: true, description: 'Of PII: at least one type.' })
  readonly piiTypes!: PiiType[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of PII: ISO 3166 alpha-2; local phone numbers of this country count too.',
  })
  readonly country!: string | null;

  @Field(() => Int, { nullable: true, description: 'Of MAX_LENGTH: in code points.' })
  readonly maxLength!: number | null;

  @Field(() => Boolean, { description: 'Whether it applies.' })
  readonly enabled!: boolean;

  @Field(() => Int, { description: 'Rises by one with every change; sent back as expectedVersion.' })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  readonly updatedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'What was deleted is no longer listed or applied; node and logs still know it.',
  })
  readonly deletedAt!: Date | null;
}
