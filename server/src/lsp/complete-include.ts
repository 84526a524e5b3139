// Completes the path of an include from the folders it is looked for in.

import type { Completion, IncludeCompletion } from '../ide/completion.ts';
import { resolvePath } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

/** Files and folders that continue the typed path; those beside the includer first. */
export async function completeInclude(
  files: Files,
  includer: FileId,
  include: IncludeCompletion,
  includePaths: readonly FileId[],
): Promise<Completion[]> {
  const own = includer.slice(0, includer.lastIndexOf('/'));
  const folder = include.typed.slice(0, include.typed.lastIndexOf('/') + 1);
  const found = new Map<string, Completion>();
  for (const base of [...(include.isQuoted ? [own] : []), ...includePaths]) {
    const names = await files.readDirectory(resolvePath(base, folder));
    for (const name of names) {
      const isFolder = name.endsWith('/');
      if (!isFolder && !/\.(?:dts|dtsi|dtso|h)$/.test(name)) continue;
      if (found.has(name) || name.startsWith('.')) continue;
      found.set(name, {
        label: name,
        kind: isFolder ? 'folder' : 'file',
        start: include.start,
        end: include.end,
      });
    }
  }
  return [...found.values()];
}
