import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** What of a connection of `pg` tells PostgreSQL which statement is meant, and where to say so. */
interface Cancellable {
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly sslNegotiation: string;
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: { destroy(): void } };
}

/** What of `pg.Connection` speaks the protocol before anybody has signed in. */
interface Wire {
  readonly stream: { destroy(): void };
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
  on(event: 'connect' | 'sslconnect' | 'end', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

const newWire = pg.Connection as unknown as new (config: Pick<Cancellable, 'ssl' | 'sslNegotiation'>) => Wire;

const requestWithinMs = 1_000;
const againAfterMs = 200;
/** Then the connection is given up: PostgreSQL ends what it does there by the limits of the transaction. */
const graceMs = 2_000;

/**
 * Stops what a connection does once the signal is aborted: it asks PostgreSQL over a connection apart, again and again as a
 * request that comes before its statement has no effect, and waits for what becomes of the statement. Nothing of it reaches
 * what the connection does later, for somebody else.
 */
export class Cancellation {
  readonly #connection: Cancellable;
  readonly #signal: AbortSignal;
  /** Made where anything is stopped: to abort one takes longer than a short statement's work here. */
  #over: AbortController | undefined;
  #requests: Promise<void> | undefined;
  #isSafe = true;

  constructor(connection: pg.PoolClient, signal: AbortSignal) {
    this.#connection = connection as unknown as Cancellable;
    this.#signal = signal;
    if (signal.aborted) this.#begin();
    else signal.addEventListener('abort', this.#begin, { once: true });
  }

  /**
   * Called when the work is over, before the connection serves anybody else; waits until no request is under way.
   * @returns whether there was none, or all have arrived: else the connection is not to be used again.
   */
  async end(): Promise<{ readonly isTouched: boolean; readonly isSafe: boolean }> {
    this.#signal.removeEventListener('abort', this.#begin);
    this.#over?.abort();
    await this.#requests;
    return { isTouched: this.#requests !== undefined, isSafe: this.#isSafe };
  }

  readonly #begin = (): void => {
    this.#over = new AbortController();
    this.#requests = this.#request(this.#over.signal);
  };

  async #request(signal: AbortSignal): Promise<void> {
    const until = performance.now() + graceMs;
    while (!signal.aborted && performance.now() < until) {
      if (!(await requestCancel(this.#connection))) this.#isSafe = false;
      await delay(againAfterMs, undefined, { signal, ref: false }).catch(() => {});
    }
    if (!signal.aborted) this.#connection.connection.stream.destroy();
  }
}

/**
 * Asks for the end of what the connection does. PostgreSQL, and a pooler, hang up once they have passed the request on.
 * @returns whether they have: else it may still arrive.
 */
function requestCancel(connection: Cancellable): Promise<boolean> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = connection;
  return new Promise((resolve) => {
    const wire = new newWire({ ssl, sslNegotiation });
    const giveUp = () => {
      resolve(false);
      wire.stream.destroy();
    };
    const timer = setTimeout(giveUp, requestWithinMs);
    const send = () => wire.cancel(processID, secretKey);
    wire.on('connect', () => {
      if (!ssl) send();
      else if (sslNegotiation !== 'direct') wire.requestSsl();
    });
    wire.on('sslconnect', send);
    wire.on('error', giveUp);
    wire.on('end', () => {
      clearTimeout(timer);
      resolve(true);
    });
    if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
    else wire.connect(port, host);
  });
}
