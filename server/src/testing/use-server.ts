import { afterAll, beforeAll } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

/** Of the test file that says `useServer`. */
export let server: TestServer;

/** Starts a server for all tests of the file, over a database of its own. */
export function useServer(environment: Record<string, string> = {}): void {
  beforeAll(async () => {
    server = await startTestServer(environment);
  });
  afterAll(() => server.close());
}
