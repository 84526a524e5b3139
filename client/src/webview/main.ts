// Starts the memory map's page and connects it with the extension.

import { MapView, type Remembered } from './map-view.ts';
import type { FromPage, ToPage } from './messages.ts';

interface VsCode {
  postMessage(message: FromPage): void;
  setState(state: Remembered): void;
  getState(): Remembered | undefined;
}

declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
const view = new MapView({
  send: (message) => {
    vscode.postMessage(message);
  },
  remember: (state) => {
    vscode.setState(state);
  },
  remembered: vscode.getState(),
});
window.addEventListener('message', (event: MessageEvent<ToPage>) => {
  view.receive(event.data);
});
vscode.postMessage({ type: 'ready' });
