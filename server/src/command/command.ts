import { type ValidationError, validate } from 'class-validator';
import type { Actor } from '../access/actor.js';
import { authorizeAnywhere, type Permission } from '../access/permissions.js';
import { logRefusal } from '../access/refusal-log.js';
import { type AuditChange, type AuditEntry, auditStatements } from '../audit/audit.js';
import type { AuditAction } from '../audit/audit-action.js';
import { CheckFailed, type Transaction } from '../database/transaction.js';
import { LockNotAvailable } from '../database/unavailable.js';
import { Refusal, type RefusalName, type Refused, refusals, UserErrorCode } from '../errors.js';
import type { Caller, Reader } from '../fetch/caller.js';
import type { Noun } from '../graphql/noun.js';
import { boundedLists } from '../graphql/validators.js';
import { claimIdempotencyKey } from './idempotency.js';
import type { Payload, UserError } from './payload.js';

/** What a command is about, for the audit log. */
export interface AuditTarget {
  readonly id: string;
  /** UUID of the workspace in which it lies; null for what belongs to the organization. */
  readonly workspaceId: string | null;
}

/** What a command works with, inside its one transaction. */
export interface Run {
  readonly actor: Actor;
  readonly caller: Caller;
  readonly transaction: Transaction;
  /** Tells the audit log what was done; written with the end of the transaction. */
  audit(action: AuditAction, noun: Noun, target: AuditTarget, changes: readonly AuditChange[]): void;
  /**
   * Claims the create for its idempotency key, where it has one.
   * @returns null when it is to run now, else the UUID of what the first one with the key made.
   * @throws Refusal IDEMPOTENCY_KEY_REUSED
   */
  claim(input: { readonly idempotencyKey?: string | null }, resultId: string): Promise<string | null>;
}

/** One way to change something. */
export interface Command<Input extends object, Result extends object> {
  /** Name of the mutation. */
  readonly name: string;
  readonly permission: Permission;
  readonly work: (run: Run, input: Input) => Promise<Result>;
  /** Does it after what came before it, for commands that may not cross. */
  readonly inTurn?: <Done>(caller: Caller, work: () => Promise<Done>, input: Input) => Promise<Done>;
  /** Whether it has the time of a sync. */
  readonly isLong?: boolean;
  /** Says more of why it was refused than the transaction could, which is over by then. */
  readonly explain?: (caller: Caller, input: Input, refused: readonly Refused[]) => Promise<readonly Refused[]>;
}

/**
 * Defines a command. `work` reads top to bottom: lock, decide, write, audit; it answers with the payload's own fields, in
 * which a noun stands as its UUID. Whatever it throws undoes all of it.
 */
export function command<Input extends object, Result extends object>(
  name: string,
  permission: Permission,
  work: Command<Input, Result>['work'],
  options: Pick<Command<Input, Result>, 'inTurn' | 'isLong' | 'explain'> = {},
): Command<Input, Result> {
  return { name, permission, work, ...options };
}

/** Nobody reads more of what is wrong with an input, such as of ten thousand members. */
const refusedMax = 100;

/** How often a command is begun anew because who asks has changed meanwhile. */
const beginningsMax = 3;

/**
 * Does what a mutation asks for: turns away who can't have the permission anywhere, validates the input, runs the command
 * in a transaction with its audit events, and turns refusals into `userErrors`. Any other error is the system's. Where who
 * asks is no longer what they were, also after a wait for a lock, all of it begins anew.
 */
export async function perform<Input extends object, Result extends object>(
  caller: Caller & Partial<Pick<Reader, 'forgetReads' | 'readActorAnew'>>,
  command: Command<Input, Result>,
  input: Input,
): Promise<Partial<Result> & Payload> {
  return asPresentActor(caller, () => performOnce(caller, command, input));
}

/** Does the work, which changes something: anew where it turns out that who asks is no longer what they were. */
export async function asPresentActor<Result>(
  caller: Partial<Pick<Reader, 'forgetReads' | 'readActorAnew'>>,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let beginning = 1; ; beginning++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CheckFailed) || beginning === beginningsMax) throw error;
      await caller.readActorAnew?.();
    } finally {
      caller.forgetReads?.();
    }
  }
}

async function performOnce<Input extends object, Result extends object>(
  caller: Caller,
  command: Command<Input, Result>,
  input: Input,
): Promise<Partial<Result> & Payload> {
  try {
    authorizeAnywhere(caller.actor, command.permission);
    if (command.isLong === true) caller.deadline.prolong();
    const refused = await refusedBy(input);
    if (refused.length > 0) throw new Refusal(refused);
    const work = () => run(caller, command, input);
    const result = await (command.inTurn?.(caller, work, input) ?? work());
    return { ...result, userErrors: [] };
  } catch (error) {
    // All of it is undone, as of what is refused.
    if (error instanceof LockNotAvailable) {
      return { ...({} as Partial<Result>), userErrors: [toUserError({ refusal: 'changeUnderWay', field: null })] };
    }
    if (!(error instanceof Refusal)) throw error;
    if (error.refused.some(({ refusal }) => refusals[refusal].code === UserErrorCode.FORBIDDEN)) {
      logRefusal(caller, command.permission, error.refused);
    }
    const refused = (await command.explain?.(caller, input, error.refused)) ?? error.refused;
    return { ...(error.payload as Partial<Result>), userErrors: refused.slice(0, refusedMax).map(toUserError) };
  }
}

function run<Input extends object, Result extends object>(
  caller: Caller,
  { name, work }: Command<Input, Result>,
  input: Input,
): Promise<Result> {
  const { actor, requestId } = caller;
  return caller.database.transaction(async (transaction) => {
    const entries: AuditEntry[] = [];
    const result = await work(
      {
        actor,
        caller,
        transaction,
        audit: (action, noun, { id, workspaceId }, changes) =>
          entries.push({ action, workspaceId, targetId: noun.globalId(id), changes }),
        claim: (input, resultId) =>
          claimIdempotencyKey(transaction, {
            actor,
            operation: name,
            key: input.idempotencyKey ?? null,
            input,
            resultId,
          }),
      },
      input,
    );
    for (const statement of auditStatements({ actor, requestId }, entries)) transaction.atEnd(statement);
    return result;
  });
}

/** The refusal as the payload tells it. */
export function toUserError({ refusal, field, detail }: Refused): UserError {
  const { code, message } = refusals[refusal];
  return { code, message: detail === undefined ? message : `${message} ${detail}`, field };
}

async function refusedBy(input: object): Promise<Refused[]> {
  const errors = await validate(boundedLists(input), { forbidUnknownValues: false });
  return errors.flatMap((error) => refusedOf(error, ['input']));
}

/** Validators name their refusal in `context`; of several against one field the first is enough. */
function refusedOf(error: ValidationError, parent: readonly string[]): Refused[] {
  const field = [...parent, error.property];
  const context = Object.values(error.contexts ?? {})[0] as { refusal: RefusalName } | undefined;
  const own = error.constraints === undefined ? [] : [{ refusal: context?.refusal ?? ('required' as const), field }];
  return [...own, ...(error.children ?? []).flatMap((child) => refusedOf(child, field))];
}
