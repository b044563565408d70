import { type Config, ConfigError, loadConfig } from './config.js';
import { checkPort } from './free-port.js';

/** What is looked at before anything is built or started: the settings, and the port. @throws ConfigError */
export async function checkStart(): Promise<Config> {
  const config = loadConfig();
  await checkPort(config);
  return config;
}

/** As a program: whether the server could start, said by the exit code and a sentence. */
export async function tellStartCheck(): Promise<boolean> {
  try {
    await checkStart();
    return true;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}
