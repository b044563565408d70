import type { FastifyInstance } from 'fastify';

/** The methods that each path takes, by the routes that are added after this call. */
export function collectMethods(server: FastifyInstance): (url: string) => readonly string[] {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    // A part of a path such as `:name` is anything but a slash, as the router takes it.
    const path = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+');
    routes.push({ path: new RegExp(`^${path}$`), methods: [method].flat() });
  });
  return (url) => {
    const [path = ''] = url.split('?', 1);
    return [...new Set(routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods))].sort();
  };
}
