import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { readPageConfig } from './page-config.js';

const container = document.getElementById('page');
if (container) {
  createRoot(container).render(
    <StrictMode>
      <App config={readPageConfig()} />
    </StrictMode>,
  );
}
