// Declares scenarios once for every VS Code that the extension is tested in.

import { useWorkbench } from './use-workbench.ts';
import { startVscode } from './vscode/start-vscode.ts';
import { startVscodeWeb } from './web/start-vscode-web.ts';
import type { Workbench } from './workbench.ts';

/** The newest, with files on the disk and the server in a process; the oldest, with virtual files and the server in a worker. */
const hosts = { 'VS Code': startVscode, 'VS Code for the web': startVscodeWeb };

/** Declares the suites `commands in VS Code` and `commands in VS Code for the web`. */
export function inEveryWorkbench(
  title: string,
  scenarios: (workbench: () => Workbench) => void,
): void {
  for (const [name, start] of Object.entries(hosts))
    describe(`${title} in ${name}`, () => {
      scenarios(useWorkbench(start));
    });
}
