// Text that is read behind a file although it does not stand in it: what a boot script does to a tree, as source.

import type { FileSet, SourceFile } from './source-file.ts';
import type { FileId, Span } from './span.ts';

/** What is read behind the text of a file. */
export interface Appendix {
  readonly file: FileId;
  readonly text: string;
  /** Where it is written what stands at an offset of `text`. */
  readonly originOf: (offset: number) => Span;
}

/** By the appendix: the file with it, by the file without. The same file again keeps its identity. */
const joined = new WeakMap<Appendix, WeakMap<SourceFile, SourceFile>>();

/** `files` with an appendix behind one of them; as they are without one. */
export function withAppendix(files: FileSet, appendix: Appendix | undefined): FileSet {
  if (!appendix) return files;
  const known = joined.get(appendix) ?? new WeakMap<SourceFile, SourceFile>();
  joined.set(appendix, known);
  return {
    get(id) {
      const source = files.get(id);
      if (id !== appendix.file || typeof source === 'string') return source;
      const whole = known.get(source) ?? { id, text: source.text + appendix.text };
      known.set(source, whole);
      return whole;
    },
    bytes: (id) => files.bytes(id),
    ...(files.becauseOf && { becauseOf: files.becauseOf.bind(files) }),
    ...(files.realPath && { realPath: files.realPath.bind(files) }),
    ...(files.linkText && { linkText: files.linkText.bind(files) }),
    ...(files.spelling && { spelling: files.spelling.bind(files) }),
    appended: {
      base: files,
      writtenAt(span) {
        if (span.file !== appendix.file) return undefined;
        const source = files.get(span.file);
        if (typeof source === 'string' || span.start < source.text.length) return undefined;
        return appendix.originOf(span.start - source.text.length);
      },
    },
  };
}

/** The span of the source, for one that may lie in an appendix. */
export function writtenSpan({ appended }: FileSet, span: Span): Span {
  return appended?.writtenAt(span) ?? span;
}
