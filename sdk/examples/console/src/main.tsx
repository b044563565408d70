import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { readPageConfig } from './page-config.js';
import { Session } from './session/session.js';

const container = document.getElementById('page');
if (container) {
  const config = readPageConfig();
  const session = new Session(config.provider ?? null, config.token);
  void session.start();
  createRoot(container).render(
    <StrictMode>
      <App config={config} session={session} />
    </StrictMode>,
  );
}
