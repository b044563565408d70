import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { LogLevel } from './config.js';

/** What is logged of an error; whatever else hangs on one, such as a connection with the key that cancels its statements, is not. */
interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** Of an error that stands for several. */
  readonly errors?: readonly LoggedError[];
  /** What Node and PostgreSQL tell of it: codes, and names of tables and calls. */
  readonly [detail: string]: unknown;
}

const details = [
  'code',
  'syscall',
  'address',
  'hostname',
  'port',
  'path',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
] as const;

const depthMax = 4;

/** The error as it is logged. */
export function toLoggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: `Not an error: ${String(error)}` };
  const { name, message, stack, cause } = error;
  const { errors } = error as Partial<AggregateError>;
  const given = error as unknown as Readonly<Record<string, unknown>>;
  const told = details.filter((detail) => ['string', 'number'].includes(typeof given[detail]));
  const goesOn = depth < depthMax;
  return {
    type: error.constructor.name || name,
    message,
    ...(stack !== undefined && { stack }),
    ...Object.fromEntries(told.map((detail) => [detail, given[detail]])),
    ...(goesOn && cause instanceof Error && { cause: toLoggedError(cause, depth + 1) }),
    ...(goesOn && Array.isArray(errors) && { errors: errors.map((one) => toLoggedError(one, depth + 1)) }),
  };
}

/** A log to this stream: JSON lines. */
export function logTo(level: LogLevel, stream: DestinationStream): Logger {
  return pino(optionsOf(level), stream);
}

/** The log of the process, on standard output: readable lines on a terminal, JSON lines anywhere else. */
export async function processLog(level: LogLevel): Promise<Logger> {
  if (!process.stdout.isTTY) return pino(optionsOf(level));
  // Loaded here, because in production there is no terminal.
  const { default: pretty } = await import('pino-pretty');
  return logTo(level, pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}

function optionsOf(level: LogLevel): LoggerOptions {
  return { level, serializers: { err: (error: unknown) => toLoggedError(error) } };
}
