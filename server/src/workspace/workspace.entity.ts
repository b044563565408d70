import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { integer, integers, numeric, type RowOf, text, time, uuid } from '../database/table.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';

export enum WorkspaceEnvironment {
  PRODUCTION = 'PRODUCTION',
  STAGING = 'STAGING',
  SANDBOX = 'SANDBOX',
}

export enum WorkspaceStatus {
  ACTIVE = 'ACTIVE',
  REVIEW = 'REVIEW',
}

export enum WorkspaceRegion {
  GLOBAL = 'GLOBAL',
  US = 'US',
  EU = 'EU',
  RWANDA = 'RWANDA',
}

export enum BudgetEnforcement {
  BLOCK = 'BLOCK',
  ALERT_ONLY = 'ALERT_ONLY',
}

registerEnumType(WorkspaceEnvironment, {
  name: 'WorkspaceEnvironment',
  description: 'What the workspace is for.',
  valuesConfig: {
    PRODUCTION: { description: 'Traffic of real users.' },
    STAGING: { description: 'Rehearsal of what goes to production.' },
    SANDBOX: { description: 'Trials and experiments.' },
  },
});
registerEnumType(WorkspaceStatus, {
  name: 'WorkspaceStatus',
  description: 'Where the workspace stands in its life.',
  valuesConfig: {
    ACTIVE: { description: 'In use.' },
    REVIEW: {
      description: 'In use, while somebody checks that it is in order.',
    },
  },
});
registerEnumType(WorkspaceRegion, {
  name: 'WorkspaceRegion',
  description: 'Where the traffic of the workspace may go.',
  valuesConfig: {
    GLOBAL: { description: 'Anywhere.' },
    US: { description: 'The United States.' },
    EU: { description: 'The European Union.' },
    RWANDA: { description: 'Rwanda.' },
  },
});
registerEnumType(BudgetEnforcement, {
  name: 'BudgetEnforcement',
  description: "What becomes of a request that would go beyond the workspace's budget.",
  valuesConfig: {
    BLOCK: { description: 'It is refused.' },
    ALERT_ONLY: { description: 'It is admitted, and alerts tell of the budget.' },
  },
});

export const workspaces = new Noun('Workspace', 'ws', {
  name: 'workspaces',
  alias: 'w',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    name: text(),
    /** What is unique of the name. */
    nameKey: text(),
    /** What the name is found by. */
    searchKey: text(),
    ownerUserId: uuid().nullable(),
    ownerTeamId: uuid().nullable(),
    environment: text<WorkspaceEnvironment>(),
    status: text<WorkspaceStatus>().default(`'${WorkspaceStatus.ACTIVE}'`),
    region: text<WorkspaceRegion>(),
    /** Exact, with two decimals, in the organization's currency. */
    monthlyBudget: numeric(),
    budgetEnforcement: text<BudgetEnforcement>().default(`'${BudgetEnforcement.BLOCK}'`),
    /** Percentages of the budget, ascending. */
    budgetAlertThresholds: integers().default("'{80,100}'"),
    /** IANA name, as PostgreSQL writes it. */
    timeZone: text().default("'UTC'"),
    /** Kept by triggers on `members`. */
    memberCount: integer().default('0').kept(),
    /** Kept by triggers on `virtual_keys`; right until `nextKeyExpiresAt`. */
    activeKeyCount: integer().default('0').kept(),
    nextKeyExpiresAt: time().nullable().kept(),
    /** Kept by triggers on `guardrails`: rises with every change of one. */
    guardrailsVersion: integer().default('0').kept(),
    archivedAt: time().nullable(),
    reviewReason: text().nullable(),
    reviewRequestedById: uuid().nullable(),
    /** The name of then: not everybody may see that person. */
    reviewRequestedByName: text().nullable(),
    reviewRequestedAt: time().nullable(),
    reviewDueAt: time().nullable(),
    version: integer().default('1'),
    createdAt: time().default('now()'),
    updatedAt: time().default('now()'),
  },
});

export type WorkspaceRow = RowOf<typeof workspaces>;

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'An operating context: its own budget, members, keys and routing. As a list item it is the workspace card.',
})
export class Workspace {
  @Field(() => ID, { description: 'Global id, `ws_…`.' })
  readonly id!: string;

  @Field(() => String, {
    description: 'Unique in the organization without regard to case, invisible characters and blanks; never changes.',
  })
  readonly name!: string;

  @Field(() => WorkspaceEnvironment, { description: 'What the workspace is for.' })
  readonly environment!: WorkspaceEnvironment;

  @Field(() => WorkspaceStatus, { description: 'Where the workspace stands in its life.' })
  readonly status!: WorkspaceStatus;

  @Field(() => WorkspaceRegion, { description: 'Where the traffic of the workspace may go.' })
  readonly region!: WorkspaceRegion;

  @Field(() => String, { description: "IANA name; the budget's month begins at its midnight." })
  readonly timeZone!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when it is archived: not in lists, its keys refused; null while it is in use.',
  })
  readonly archivedAt!: Date | null;

  @Field(() => Int, {
    description:
      'Rises by one with every change of settings or owner and when it is archived or restored; sent back as expectedVersion.',
  })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'When the workspace was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When its settings last changed.' })
  readonly updatedAt!: Date;
}
