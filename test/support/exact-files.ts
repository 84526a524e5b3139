// The files of a disk as one that tells upper from lower case has them, also on a disk that does not.

import path from 'node:path';
import { NodeFiles } from '../../server/src/node-files.ts';
import type { Missing, SourceFile } from '../../server/src/text/source-file.ts';
import type { FileId } from '../../server/src/text/span.ts';

/** Reads only what is named as it is asked for. */
export class ExactFiles extends NodeFiles {
  override get(id: FileId): SourceFile | Missing {
    for (let name = id; name !== path.dirname(name); name = path.dirname(name))
      if (this.spelling(name) !== undefined) return 'absent';
    return super.get(id);
  }
}
