import { ConfigError } from '../config.js';

/** Runs a command: what the person got wrong is plain text on stderr, anything else a stack trace; both exit with 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isUsage = error instanceof ConfigError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    const { message, stack } = error as Error;
    process.stderr.write(`${isUsage ? message : stack}\n`);
    process.exitCode = 1;
  }
}
