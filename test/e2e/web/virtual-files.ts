// A workspace that is on no disk: only what runs inside VS Code reaches it, such as the extension of virtual-files-extension/.

import path from 'node:path';
import type { Page, Worker } from 'playwright-core';
import type { WorkspaceFiles } from '../workspace-files.ts';

/** The extension to start VS Code with. */
export const virtualFilesExtension = path.join(import.meta.dirname, 'virtual-files-extension');

/** What the extension leaves in its worker. */
declare const workspaceFiles: WorkspaceFiles;

export class VirtualFiles implements WorkspaceFiles {
  private readonly worker: Worker;

  private constructor(worker: Worker) {
    this.worker = worker;
  }

  /** The files of the workspace that a page shows, once the extension says that it runs. */
  static async of(page: Page, timeout: number): Promise<VirtualFiles> {
    await page.locator('.statusbar-item', { hasText: 'virtual files' }).waitFor({ timeout });
    for (const worker of page.workers())
      if (await worker.evaluate(() => 'workspaceFiles' in globalThis))
        return new VirtualFiles(worker);
    throw new Error('no worker has the files of the workspace');
  }

  write(file: string, text: string): Promise<void> {
    return this.worker.evaluate(
      async ([name, content]) => {
        await workspaceFiles.write(name, content);
      },
      [file, text] as const,
    );
  }

  read(file: string): Promise<string> {
    return this.worker.evaluate(async (name) => workspaceFiles.read(name), file);
  }

  remove(file: string): Promise<void> {
    return this.worker.evaluate(async (name) => {
      await workspaceFiles.remove(name);
    }, file);
  }
}
