// The files an analysis may read, as values.

import type { LinkText } from './link-text.ts';
import type { FileId, Span } from './span.ts';

/**
 * One text file. Bytes that are not UTF-8 are carried as lone surrogates U+DC80–U+DCFF (byte 0x80–0xFF), so that
 * strings reach the blob unchanged; `text/encode.ts` turns them back into bytes.
 */
export interface SourceFile {
  readonly id: FileId;
  readonly text: string;
}

/**
 * Why a file has no content: it does not exist (or is a directory), the shell has not read it yet, it is larger than
 * anybody's source or image is, or it is there and cannot be read (`FileSet.becauseOf` says why).
 */
export type Missing = 'absent' | 'not-loaded' | 'too-large' | 'unreadable';

/** Bytes of a file that is read as text, and of one whose bytes are wanted: what is larger is not read. */
export const largestText = 64 << 20;
export const largestFile = 512 << 20;

/** Files of which one is read with text behind it that does not stand in it. */
export interface AppendedFiles {
  /** The files as they are. */
  readonly base: FileSet;
  /** Where a span of that text is written; undefined for all other spans. */
  writtenAt(span: Span): Span | undefined;
}

/** A view of the files of one moment. The core asks; only shells read. */
export interface FileSet {
  /** The text of a file. */
  get(id: FileId): SourceFile | Missing;
  /** The raw bytes of a file, for `/incbin/`. */
  bytes(id: FileId): Uint8Array | Missing;
  /** Why a file is `unreadable`, in a few words such as `permission denied`. */
  becauseOf?(id: FileId): string | undefined;
  /** The name of a file that has no link in it, the same for all its names; absent where files have one name each. */
  realPath?(id: FileId): FileId;
  /** The link in a file's name that was checked out as text, and is followed all the same; undefined when there is none. */
  linkText?(id: FileId): LinkText | undefined;
  /**
   * The last name of a file or folder as the folder above has it, where that differs from the one in `id` by its case only; undefined
   * when that folder has the very name, or none such. Absent where nobody can tell.
   */
  spelling?(id: FileId): string | undefined;
  /** Present where one of the files is read with text that does not stand in it. */
  readonly appended?: AppendedFiles;
}

/** `FileSet.becauseOf`, or a few words where nobody knows. */
export function whyUnreadable(files: FileSet | undefined, id: FileId): string {
  return files?.becauseOf?.(id) ?? 'cannot be read';
}
