import pg from 'pg';
import { ConfigError } from './config.js';
import { toUnavailable } from './database/unavailable.js';

/** What keeps the database of `DATABASE_URL` from being used, as a sentence that names the variable and never its password. */
export function databaseFault(thrown: unknown, url: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof ConfigError) return thrown;
  // TypeORM wraps what PostgreSQL says of a migration.
  const { driverError: error = thrown } = thrown as Error & { driverError?: Error };
  const isOfDatabase = isRefusal(error) || toUnavailable(error) !== error || isOfAddresses(error) || isProtocol(error);
  return isOfDatabase ? new ConfigError(`DATABASE_URL ${sentenceOf(error, url)}`) : thrown;
}

/** Who or what is refused, or a setting; what is wrong with a statement of ours is logged whole. */
const refusals = /^(?:28|3D|0A|P0|42501|22023)/;

function isRefusal(error: Error): boolean {
  return error instanceof pg.DatabaseError && refusals.test(error.code ?? '');
}

/** Node tries every address of a name, and tells of all at once, in no words. */
function isOfAddresses(error: unknown): error is AggregateError {
  return error instanceof AggregateError && error.errors.every((one) => toUnavailable(one) !== one);
}

/** What answers is no PostgreSQL, or not over TLS as the URL wants it. */
function isProtocol({ message, code }: NodeJS.ErrnoException): boolean {
  return /SSL|TLS|certificate|SASL|unexpected/i.test(message) || /^ERR_(SSL|TLS)/.test(code ?? '');
}

function sentenceOf(error: Error, url: string): string {
  const { hostname, port, pathname, username } = new URL(url);
  const place = `${hostname || 'localhost'}:${port || 5432}`;
  const { code } = (isOfAddresses(error) ? error.errors[0] : error) as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `names a host that is not found: ${hostname}.`;
    case 'ECONNREFUSED':
      return `names ${place}, where nothing listens.`;
    case '28P01':
    case '28000':
      return `names the user "${username}" or a password that PostgreSQL at ${place} does not take.`;
    case '3D000':
      return `names the database "${pathname.slice(1)}", which is not at ${place}.`;
    default:
      return `names ${place}, which can not be used: ${(error.message || String(code)).split('\n', 1)[0]}.`;
  }
}

/** What keeps the embedded PostgreSQL from running: its errors are sentences, which name the variable or are given it. */
export function embeddedFault(error: unknown, dataDir: string): unknown {
  const fault = folderFault(error, dataDir);
  if (fault !== error || !(error instanceof Error) || error instanceof TypeError) return fault;
  const sentence = error.message.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  return new ConfigError(/DATA_DIR|DATABASE_URL/.test(sentence) ? `${sentence}.` : `DATA_DIR: ${sentence}.`);
}

/** What keeps the folder of `DATA_DIR` from being used. */
export function folderFault(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || error instanceof ConfigError) return error;
  const { code, syscall, path = dataDir } = error as NodeJS.ErrnoException;
  if (
    syscall !== undefined &&
    ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'].includes(code ?? '')
  ) {
    return new ConfigError(`DATA_DIR expects a folder that this user may write, not ${dataDir} (${code} at ${path}).`);
  }
  return error;
}
