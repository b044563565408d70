/**
 * COPY on a connection of `pg`, which knows its messages but has no method for it.
 */
export class Copy {
  /** @type {Buffer[]} */
  #chunks = [];
  #text;
  #given;
  #done;
  /** @type {Error | null} */
  #error = null;

  /**
   * @param {string} text
   * @param {Buffer | null} given
   * @param {(error: Error | null, chunks: Buffer[]) => void} done
   */
  constructor(text, given, done) {
    this.#text = text;
    this.#given = given;
    this.#done = done;
  }

  /**
   * Writes the rows, which are as COPY has them.
   *
   * @param {import('pg').Client} client
   * @param {string} text
   * @param {Buffer} rows
   */
  static async into(client, text, rows) {
    await Copy.#run(client, text, rows);
  }

  /**
   * The rows of the statement.
   *
   * @param {import('pg').Client} client
   * @param {string} text
   */
  static out(client, text) {
    return Copy.#run(client, text, null);
  }

  /**
   * @param {import('pg').Client} client
   * @param {string} text
   * @param {Buffer | null} given
   * @returns {Promise<Buffer>}
   */
  static #run(client, text, given) {
    return new Promise((resolve, reject) => {
      client.query(
        new Copy(text, given, (error, chunks) => (error === null ? resolve(Buffer.concat(chunks)) : reject(error))),
      );
    });
  }

  /** @param {any} connection */
  submit(connection) {
    connection.query(this.#text);
  }

  /** @param {any} connection */
  handleCopyInResponse(connection) {
    connection.sendCopyFromChunk(this.#given);
    connection.endCopyFrom();
  }

  /** @param {{ chunk: Buffer }} message */
  handleCopyData({ chunk }) {
    this.#chunks.push(Buffer.from(chunk));
  }

  handleCommandComplete() {}

  /** @param {Error} error */
  handleError(error) {
    this.#error = error;
  }

  handleReadyForQuery() {
    this.#done(this.#error, this.#chunks);
  }
}
