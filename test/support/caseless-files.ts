// The files of a disk as one that ignores case has them, on a disk that does not.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { NodeFiles } from '../../server/src/node-files.ts';
import type { Missing, SourceFile } from '../../server/src/text/source-file.ts';
import type { FileId } from '../../server/src/text/span.ts';

/** Reads, lists and names files whatever the case in which they are asked for. */
export class CaselessFiles extends NodeFiles {
  override get(id: FileId): SourceFile | Missing {
    const source = super.get(onDisk(id));
    return typeof source === 'string' ? source : { ...source, id };
  }

  override spelling(id: FileId): string | undefined {
    const name = path.basename(onDisk(id));
    return name === path.basename(id) ? undefined : name;
  }
}

function onDisk(id: FileId): FileId {
  const folder = path.dirname(id);
  if (folder === id) return id;
  const parent = onDisk(folder);
  const name = path.basename(id);
  let names: string[] = [];
  try {
    names = readdirSync(parent);
  } catch {
    // What is not there has the name that it was given.
  }
  const found = names.includes(name)
    ? name
    : names.find((each) => each.toLowerCase() === name.toLowerCase());
  return path.join(parent, found ?? name);
}
