import { TestEnvironment } from 'jest-environment-node';

/** As many lines, and as much of each, as one reads. */
const linesMax = 30;
const lineLengthMax = 4_000;

/**
 * Jest's environment of Node, in which a test that fails tells what its servers have logged meanwhile. Test servers hand
 * every line of their log to the global `keepLogLine`; lines are kept from the start of a test, or of the `beforeAll`s of
 * a block, and when something fails the last of them are put under its message, which is what Jest prints.
 */
export default class LoggingEnvironment extends TestEnvironment {
  #lines = [];

  async setup() {
    await super.setup();
    this.global.keepLogLine = (line) => this.#lines.push(line);
  }

  async handleTestEvent({ name, error }) {
    if (name === 'run_describe_start' || name === 'test_start') this.#lines = [];
    if (name === 'test_fn_failure' || name === 'hook_failure') this.#tell(error);
  }

  #tell(error) {
    const lines = this.#lines.splice(0).slice(-linesMax);
    if (lines.length === 0 || typeof error?.stack !== 'string') return;
    const told = lines.map((line) => line.trim().slice(0, lineLengthMax));
    // Before the places in the code, because Jest shows but the first of those.
    error.stack = error.stack.replace(/(?=\n\s+at )|$/, () => `\n\nThe servers logged:\n${told.join('\n')}\n`);
  }
}
