// The files of one moment: what an analysis read stays what its results talk about.

import type { FileSet, Missing, SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** Remembers every answer of `files`, so that later edits do not change it. File values are shared, not copied. */
export function snapshotOf(files: FileSet): FileSet {
  const texts = new Map<FileId, SourceFile | Missing>();
  return {
    get(id) {
      let file = texts.get(id);
      if (file === undefined) {
        file = files.get(id);
        texts.set(id, file);
      }
      return file;
    },
    bytes: (id) => files.bytes(id),
    ...(files.realPath && { realPath: files.realPath.bind(files) }),
    ...(files.linkText && { linkText: files.linkText.bind(files) }),
    ...(files.spelling && { spelling: files.spelling.bind(files) }),
  };
}
