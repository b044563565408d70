// Bundles GraphiQL with its editor and workers into server/dist/graphiql, so that the page needs no CDN.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../graphiql/', import.meta.url));
const target = fileURLToPath(new URL('../dist/graphiql/', import.meta.url));
const assets = `${target}assets`;

// The editor's packages are GraphiQL's dependencies, not ours: find the very ones that it uses.
const graphiqlRequire = createRequire(import.meta.resolve('graphiql'));
const reactRequire = createRequire(graphiqlRequire.resolve('@graphiql/react/package.json'));

const common = {
  bundle: true,
  minify: true,
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  logLevel: 'warning',
  outdir: assets,
  assetNames: 'font-[hash]',
};

/** GraphiQL's stylesheet holds the editor's styles already, and its fonts as data: loaded one by one when needed. */
const styles = {
  name: 'styles',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({
      contents: '',
      loader: 'empty',
    }));
    onResolve({ filter: /^data:font\/\w+;base64,/ }, ({ path }) => {
      const [type, data] = path.slice('data:font/'.length).split(';base64,');
      const contents = Buffer.from(data, 'base64');
      const name = createHash('sha256').update(contents).digest('hex');
      return {
        path: `${name}.${type}`,
        namespace: 'font',
        pluginData: contents,
      };
    });
    onLoad({ filter: /.*/, namespace: 'font' }, ({ pluginData }) => ({
      contents: pluginData,
      loader: 'file',
    }));
  },
};

// The compiled plugin lies beside the bundle and stays.
await rm(assets, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
await Promise.all([
  copyFile(`${source}index.html`, `${target}index.html`),
  copyFile(`${source}icon.svg`, `${assets}/icon.svg`),
  build({
    ...common,
    entryPoints: [`${source}main.ts`],
    format: 'esm',
    splitting: true,
    loader: { '.graphql': 'text' },
    plugins: [styles],
  }),
  build({
    ...common,
    entryPoints: {
      'editor.worker': reactRequire.resolve('monaco-editor/esm/vs/editor/editor.worker.js'),
      'json.worker': reactRequire.resolve('monaco-editor/esm/vs/language/json/json.worker.js'),
      'graphql.worker': reactRequire.resolve('monaco-graphql/esm/graphql.worker.js'),
    },
    format: 'iife',
  }),
]);
