import { Field, ObjectType } from 'type-graphql';
import { Cost } from '../fetch/cost.js';
import type { NounRow } from '../fetch/plan.js';
import { Money } from '../graphql/money.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { Guardrail } from '../guardrail/guardrail.entity.js';
import { RouteTarget } from '../model-route/model-route.entity.js';
import { targetsMax } from '../model-route/model-route-validators.js';
import { VirtualKey } from '../virtual-key/virtual-key.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { GatewayDenialCode } from './gateway-denial.js';

@ObjectType({ simpleResolvers: true, description: 'Why a request may not go.' })
export class GatewayDenial {
  @Field(() => GatewayDenialCode, { description: 'For programs.' })
  readonly code!: GatewayDenialCode;

  @Field(() => String, { description: 'A plain sentence for people.' })
  readonly message!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      "When it would fit, of RATE_LIMITED; the period's end, of a budget. Null of the others, and where it alone is above the limit.",
  })
  readonly retryAt!: Date | null;
}

/** Guardrails of both stages that a workspace can have. */
const guardrailsMax = 200;

/** What the API shows by id: its UUID, to be loaded, or the row where what is asked of it is known. */
type Referred = string | NounRow;

@ObjectType({ simpleResolvers: true, description: 'Whether a request may go. A refusal is an answer, not an error.' })
export class GatewayAuthorization {
  @Field(() => Boolean, { description: 'Whether it may go.' })
  readonly allowed!: boolean;

  @Field(() => GatewayDenial, { nullable: true, description: 'Why not; null where it may.' })
  readonly denial!: GatewayDenial | null;

  @Field(() => Money, {
    nullable: true,
    description:
      'The most that it may cost: held against the budgets until usage is recorded for requestId, or until it expires. Null of a denial, and where its usage had come before it was asked about.',
  })
  readonly reservedCost!: Money | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the reservation is given back without usage.' })
  readonly reservationExpiresAt!: Date | null;

  @Field(() => Workspace, { nullable: true, description: 'What it spends for; null of an unknown key.' })
  readonly workspace!: Referred | null;

  @Field(() => VirtualKey, { nullable: true, description: 'Whose request it is; null of an unknown key.' })
  readonly virtualKey!: Referred | null;

  @Cost({ statements: 1, items: targetsMax })
  @Field(() => [RouteTarget], { description: 'In the order to try; empty of a denial.' })
  readonly targets!: readonly { readonly llmConfiguration: Referred; readonly weight: number }[];

  @Cost({ statements: 1, items: guardrailsMax })
  @Field(() => [Guardrail], {
    description: 'The enabled ones in the order in which they apply, those of INPUT first; empty of a denial.',
  })
  readonly guardrails!: readonly Referred[];
}
