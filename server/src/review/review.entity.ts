import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../graphql/scalars.js';
import { LlmConfiguration } from '../llm-configuration/llm-configuration.entity.js';
import { ModelRoute } from '../model-route/model-route.entity.js';
import { User } from '../user/user.entity.js';
import { VirtualKey } from '../virtual-key/virtual-key.entity.js';

export enum FindingSeverity {
  HIGH = 'HIGH',
  MEDIUM = 'MEDIUM',
  LOW = 'LOW',
}

export enum ReviewFindingCode {
  BUDGET_NEARLY_SPENT = 'BUDGET_NEARLY_SPENT',
  BUDGET_SPENT = 'BUDGET_SPENT',
  KEY_OF_LEAVER = 'KEY_OF_LEAVER',
  STALE_KEY = 'STALE_KEY',
  NEVER_USED_KEY = 'NEVER_USED_KEY',
  KEY_WITHOUT_EXPIRY = 'KEY_WITHOUT_EXPIRY',
  OWNER_WITHOUT_ACCESS = 'OWNER_WITHOUT_ACCESS',
  SANDBOX_TARGET = 'SANDBOX_TARGET',
  SINGLE_MANAGER = 'SINGLE_MANAGER',
  TEST_TRAFFIC = 'TEST_TRAFFIC',
}

registerEnumType(FindingSeverity, {
  name: 'FindingSeverity',
  description: 'How soon somebody should act on a finding.',
  valuesConfig: {
    HIGH: {
      description:
        'Now: nobody may be in charge, a leaver may have a key, production is mixed with tests, or nothing is left.',
    },
    MEDIUM: { description: 'Soon: it can do harm.' },
    LOW: { description: 'When there is time: it can be tidied up.' },
  },
});
registerEnumType(ReviewFindingCode, {
  name: 'ReviewFindingCode',
  description: 'What a review can find.',
  valuesConfig: {
    BUDGET_NEARLY_SPENT: {
      description: 'What is spent in this month has reached the lowest alert threshold, and not yet the limit.',
    },
    BUDGET_SPENT: { description: 'What is spent in this month has reached the limit.' },
    KEY_OF_LEAVER: {
      description:
        'An active key whose maker no longer has access to the workspace, or can no longer sign in; never one that a service made.',
    },
    STALE_KEY: { description: 'An active key that was used once, but not for 90 days.' },
    NEVER_USED_KEY: { description: 'An active key, over 30 days old, that was never used.' },
    KEY_WITHOUT_EXPIRY: { description: 'An active key of a production workspace that never expires.' },
    OWNER_WITHOUT_ACCESS: { description: 'The owner can no longer sign in, or nobody of the owning team can.' },
    SANDBOX_TARGET: {
      description: 'A production workspace routes to a credential that a sandbox or staging workspace uses as well.',
    },
    SINGLE_MANAGER: {
      description:
        'A production workspace that only one person can manage: one among its owner, its admins and the people of its owning team; admins of the organization do not count.',
    },
    TEST_TRAFFIC: {
      description:
        'Requests tagged as tests in a production workspace within the last 30 days: with a tag that is test, tests or testing or begins with test:, in any case.',
    },
  },
});

/** Lies in the columns of the workspace that is under review. */
@ObjectType({ simpleResolvers: true, description: 'A review that is open.' })
export class WorkspaceReview {
  @Field(() => String, { description: 'Why it was asked for.' })
  readonly reason!: string;

  /** UUID. */
  @Field(() => User, {
    nullable: true,
    description: 'Who asked for it; null where that was a service, or somebody whom the viewer may not see.',
  })
  readonly requestedBy!: string | null;

  @Field(() => String, { description: 'Name of who asked for it, person or service, at that time.' })
  readonly requestedByName!: string;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  readonly requestedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when it should be done; null for no date.' })
  readonly dueAt!: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'Something that a careful owner would look at.' })
export class ReviewFinding {
  @Field(() => ReviewFindingCode, { description: 'What was found.' })
  readonly code!: ReviewFindingCode;

  @Field(() => FindingSeverity, { description: 'How soon somebody should act on it.' })
  readonly severity!: FindingSeverity;

  @Field(() => String, { description: 'A plain sentence for people.' })
  readonly message!: string;

  /** UUID. */
  @Field(() => VirtualKey, { nullable: true, description: 'The key that it is about; null for the workspace itself.' })
  readonly virtualKey!: string | null;

  /** UUID. */
  @Field(() => LlmConfiguration, {
    nullable: true,
    description: 'The configuration that a finding about routing means.',
  })
  readonly llmConfiguration!: string | null;

  /** UUID. */
  @Field(() => ModelRoute, { nullable: true, description: 'The route that a finding about routing means.' })
  readonly modelRoute!: string | null;
}
