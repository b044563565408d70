export default async function tearDown() {
  const stop = globalThis.stopTestCluster;
  globalThis.stopTestCluster = undefined;
  await stop?.();
}
