import { type ValidationError, validate } from 'class-validator';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { authorizeAnywhere, type Permission } from '../access/permissions.js';
import { logRefusal } from '../access/refusal-log.js';
import type { RequestContext } from '../context.js';
import { type Finding, Refusal, type RefusalName, refusals, UserErrorCode } from '../errors.js';

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Why a mutation was refused.',
  valuesConfig: {
    REQUIRED: {
      description: 'A value is missing, or null where nothing can be cleared.',
    },
    INVALID: { description: 'The value is not one that this field takes.' },
    TAKEN: { description: 'Something else already has this name.' },
    NOT_FOUND: {
      description: 'There is no such thing, or the viewer may not see it.',
    },
    FORBIDDEN: { description: 'The viewer sees it, but may not do this.' },
    VERSION_CONFLICT: {
      description: 'It was changed by somebody else since it was read.',
    },
    IDEMPOTENCY_KEY_REUSED: {
      description: 'The idempotency key was used before with another input.',
    },
    LIMIT_REACHED: { description: 'More than one object or request may hold.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'An expected refusal. A system failure is a top-level GraphQL error instead.',
})
export class UserError {
  @Field(() => UserErrorCode, { description: 'For programs.' })
  readonly code!: UserErrorCode;

  @Field(() => String, { description: 'A plain sentence for people.' })
  readonly message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Path into the mutation\'s arguments, such as ["input", "memberIds", "2"]; null for the whole input.',
  })
  readonly field!: readonly string[] | null;
}

/** What every payload carries beside its own fields. */
@ObjectType({ simpleResolvers: true })
export abstract class Payload {
  @Field(() => [UserError], {
    description: 'Why nothing was changed; empty when it was done.',
  })
  readonly userErrors!: readonly UserError[];
}

/** What a mutation is asked to do, and what it takes to do it. */
export interface Command {
  readonly context: RequestContext;
  readonly permission: Permission;
  readonly input: object;
}

/**
 * Answers a mutation: turns away who can't have the permission in any workspace, validates the input, does the work,
 * and turns findings and refusals into `userErrors`. Any other error is the system's and goes on as a top-level error.
 */
export async function answer<Result extends object>(
  { context, permission, input }: Command,
  work: () => Promise<Result>,
): Promise<Partial<Result> & Payload> {
  try {
    authorizeAnywhere(context.actor, permission);
    const findings = await findingsOf(input);
    if (findings.length > 0) throw new Refusal(findings);
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.findings.some(({ refusal }) => refusals[refusal].code === UserErrorCode.FORBIDDEN)) {
      logRefusal(context, permission, error.findings);
    }
    return {
      ...(error.payload as Partial<Result>),
      userErrors: error.findings.map(toUserError),
    };
  }
}

function toUserError({ refusal, field }: Finding): UserError {
  const { code, message } = refusals[refusal];
  return { code, message, field };
}

async function findingsOf(input: object): Promise<Finding[]> {
  const errors = await validate(input, { forbidUnknownValues: false });
  return errors.flatMap((error) => findings(error, ['input']));
}

/** Validators name their refusal in `context`; of several findings against one field the first is enough. */
function findings(error: ValidationError, parent: readonly string[]): Finding[] {
  const field = [...parent, error.property];
  const refusal = Object.values(error.contexts ?? {})[0] as { refusal: RefusalName } | undefined;
  const own = error.constraints === undefined ? [] : [{ refusal: refusal?.refusal ?? ('required' as const), field }];
  return [...own, ...(error.children ?? []).flatMap((child) => findings(child, field))];
}
