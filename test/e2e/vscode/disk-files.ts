// A workspace that is a folder on the disk.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkspaceFiles } from '../workspace-files.ts';

export class DiskFiles implements WorkspaceFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async write(file: string, text: string): Promise<void> {
    const written = path.join(this.folder, file);
    await mkdir(path.dirname(written), { recursive: true });
    await writeFile(written, text);
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.folder, file), 'utf8');
  }

  remove(file: string): Promise<void> {
    return rm(path.join(this.folder, file), { recursive: true, force: true });
  }
}
