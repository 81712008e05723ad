/** The chat page's entry. */
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('chat');
if (root !== null) render(<App />, root);
