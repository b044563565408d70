/** The folder `server` of this checkout. */
export const thisServer = new URL('../', import.meta.url);

/**
 * Where a module of the built server lies. Who imports it by this says that its types are those of the source, which is
 * there before anything is built.
 *
 * @param {string} path Below `dist`.
 * @param {URL} [server] The folder `server` of a checkout, of this one unless given.
 */
export function built(path, server = thisServer) {
  return new URL(`dist/${path}`, server).href;
}
