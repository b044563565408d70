const scripts: Record<string, string> = {
  json: 'json.worker.js',
  graphql: 'graphql.worker.js',
};

/** Tells the editor where its background workers lie: beside this script, not at a CDN. */
export function serveWorkersLocally(): void {
  Object.assign(globalThis, {
    MonacoEnvironment: {
      getWorker: (_workerId: string, label: string) =>
        new Worker(new URL(scripts[label] ?? 'editor.worker.js', import.meta.url)),
    },
  });
}
