import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Config, ConfigError } from './config.js';

type Address = Pick<Config, 'host' | 'port'>;

/** Listens for a moment where the server will. @throws ConfigError where it could not. */
export async function checkPort({ host, port }: Address): Promise<void> {
  const probe = createServer();
  probe.listen({ host, port, exclusive: true });
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(error, { host, port });
  }
  probe.close();
  await once(probe, 'close');
}

/** What kept the server from listening, as a sentence that names the variable; what is no such thing comes back. */
export function listenError(error: unknown, { host, port }: Address): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ConfigError(`PORT expects a free port: another program listens on ${port} of ${host}.`);
    case 'EACCES':
      return new ConfigError(`PORT expects one that this user may listen on, not ${port}.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError(`HOST expects an address of this machine, not "${host}".`);
    default:
      return error;
  }
}
