import pg from 'pg';

/** The database can't be reached, or takes nothing now; what was asked of it may be asked again. The cause says more. */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';
}

/** It took longer than it may, and was stopped. */
export class DeadlinePassed extends DatabaseUnavailable {
  override readonly name = 'DeadlinePassed';
}

/** Something else had a lock for longer than anybody waits. */
export class LockNotAvailable extends DatabaseUnavailable {
  override readonly name = 'LockNotAvailable';
}

/** Nobody waits for the answer any more. */
export class ClientGone extends DatabaseUnavailable {
  override readonly name = 'ClientGone';
}

/** What PostgreSQL, or a pooler before it, answers where it is starting, stopping, full, on standby or out of something. */
const codes: ReadonlySet<string> = new Set([
  '25006', // read_only_sql_transaction: a standby, or a primary that was set read-only
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);
const queryCanceled = '57014';
const lockNotAvailable = '55P03';

/** Connection exceptions, and too few resources, such as too many connections. */
const classes: readonly string[] = ['08', '53'];

/** How `pg` says, in words alone, that a connection is gone or was never given. */
const words =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end)/;

const systemCodes =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(?:HOST|NET)(?:UNREACH|DOWN)|ENOENT|EMFILE)$/;

/** The error of a statement as callers should hear of it. */
export function toUnavailable(error: unknown): unknown {
  return isUnavailable(error) ? unavailable(error) : error;
}

/** The error of a statement that has limits, and was stopped where the signal is aborted. */
export function toStopped(error: unknown, { aborted, reason }: AbortSignal): unknown {
  const isCancelled = error instanceof pg.DatabaseError && error.code === queryCanceled;
  if (aborted && (isCancelled || isUnavailable(error))) return reason;
  if (isCancelled) return new DeadlinePassed('A statement took too long.', { cause: error });
  if (error instanceof pg.DatabaseError && error.code === lockNotAvailable) {
    return new LockNotAvailable('A statement waited too long for a lock.', { cause: error });
  }
  return toUnavailable(error);
}

/** The error of one who asked for a connection: whatever it is, there is none. */
export function unavailable(cause: unknown): DatabaseUnavailable {
  return cause instanceof DatabaseUnavailable
    ? cause
    : new DatabaseUnavailable('The database is not available.', { cause });
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error;
    return codes.has(code) || classes.includes(code.slice(0, 2));
  }
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return words.test(error.message) || (syscall !== undefined && systemCodes.test(code ?? ''));
}
