// Writes the files of a test, and the links between them.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Files by name below `folder`, which need not be there; `-> target` as the text makes a link, or, as git does where there are
 * none, a file with the target's path.
 */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  links: 'links' | 'text' = 'links',
): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (text.startsWith('-> ') && links === 'text') writeFileSync(file, text.slice(3));
    else if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
  }
}
