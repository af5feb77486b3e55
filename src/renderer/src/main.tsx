/** The renderer's start: styles and scheme first, then React, then the first questions to main. */
import './theme/styles';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { start } from './app/start';
import { applyStoredScheme } from './theme/scheme';

applyStoredScheme();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
start();
