// Starts the memory map's page: in an editor it talks with the extension, alone it shows the map that the file holds.

import type { MapData } from '../../../server/src/map-view/map-page.ts';
import { byId } from './element.ts';
import { wearSystemTheme } from './lone-theme.ts';
import { saveFile } from './save-file.ts';
import { MapView, type Remembered } from './map-view.ts';
import type { FromPage, ToPage } from './messages.ts';

interface VsCode {
  postMessage(message: FromPage): void;
  setState(state: Remembered): void;
  getState(): Remembered | undefined;
}

declare const acquireVsCodeApi: (() => VsCode) | undefined;

if (typeof acquireVsCodeApi === 'function') showInEditor(acquireVsCodeApi());
else showAlone(JSON.parse(byId('map-data').textContent) as MapData);

function showInEditor(vscode: VsCode): void {
  const view = new MapView({
    kind: 'editor',
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
}

function showAlone({ model, release }: MapData): void {
  document.body.classList.add('alone');
  wearSystemTheme();
  const view = new MapView({
    kind: 'alone',
    send: (message) => {
      if (message.type === 'save') saveFile(message.name, message.svg);
      if (message.type === 'copy') void navigator.clipboard.writeText(message.text);
    },
    remember: () => undefined,
    remembered: undefined,
  });
  view.receive({ type: 'model', model, ...(release !== undefined && { select: release }) });
  window.addEventListener('beforeprint', () => {
    wearSystemTheme('paper');
    view.print(true);
  });
  window.addEventListener('afterprint', () => {
    wearSystemTheme();
    view.print(false);
  });
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'])
    matchMedia(query).addEventListener('change', () => {
      wearSystemTheme();
    });
}
