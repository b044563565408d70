import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:4000';

/** While developing, the page gets from the running server what it gets when that serves it: the development token. */
const serverConfig = {
  name: 'server-config',
  apply: 'serve',
  async transformIndexHtml(html) {
    const page = await fetch(server).then(
      (response) => response.text(),
      (cause) => {
        throw new Error(`No server answers at ${server}: run \`npm start\` beside this.`, { cause });
      },
    );
    const [, config = '{ "endpoint": "/graphql" }'] = /id="page-config">(.*?)<\/script>/.exec(page) ?? [];
    return html.replace('"{{config}}"', () => config);
  },
};

export default defineConfig({
  plugins: [react(), serverConfig],
  server: { proxy: { '/graphql': server } },
  build: {
    // Nothing inline: the page's Content-Security-Policy allows files of the same origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
});
