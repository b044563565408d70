import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { readPageConfig } from './page-config.js';
import { storageWithoutHeaders } from './storage.js';
import { allowStyleElements } from './style-nonce.js';
import { serveWorkersLocally } from './workers.js';
import './main.css';

const headersWithoutToken = `{
  // Sign in: put your token here and take the two slashes away.
  // "Authorization": "Bearer eyJ..."
}`;

const { endpoint, styleNonce, token } = readPageConfig();
allowStyleElements(styleNonce);
serveWorkersLocally();

const signInNote = token
  ? 'Signed in with the development token. An Authorization header in the Headers editor takes its place.'
  : 'This page carries no token. Put an Authorization header into the Headers editor.';

// Written without JSX, which the parser of the dependency rules cannot read here.
const page = createElement(
  GraphiQL,
  {
    fetcher: createFetcher(endpoint, token),
    storage: storageWithoutHeaders(localStorage),
    shouldPersistHeaders: false,
    defaultTabs: examples,
    defaultHeaders: token ? '' : headersWithoutToken,
    defaultEditorToolsVisibility: token ? 'variables' : 'headers',
    inputValueDeprecation: true,
    schemaDescription: true,
  },
  createElement(GraphiQL.Logo, null, 'TokenVue'),
  createElement(GraphiQL.Footer, null, createElement('p', { className: 'sign-in', role: 'note' }, signInNote)),
);

const container = document.getElementById('graphiql');
if (container) createRoot(container).render(page);
