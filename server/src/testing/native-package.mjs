import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A module that has what Node itself has loaded from there; `requireNatively` is the environment's. */
function codeOf(source, path, { supportsStaticESM, supportsDynamicImport }) {
  // Jest's own modules, which Node is about to load.
  if (!supportsDynamicImport) return source;
  const loaded = `requireNatively(${JSON.stringify(path)})`;
  if (!supportsStaticESM) return `module.exports = ${loaded};`;
  const names = Object.keys(require(path)).filter((name) => /^[\w$]+$/.test(name) && name !== 'default');
  return `const loaded = ${loaded};\nexport default loaded.default;\nexport const { ${names.join(', ')} } = loaded;`;
}

/**
 * Puts in place of a package what Node has loaded of it, once for all files that a worker runs, where Jest would load and
 * compile its hundreds of modules again for each of them. What a test mocks there `test-environment.mjs` restores.
 */
export default {
  process: (source, path, options) => ({ code: codeOf(source, path, options) }),
  getCacheKey: (source, path, options) =>
    createHash('sha256')
      .update(path)
      .update(codeOf(source, path, options))
      .digest('hex'),
};
