// The files of the disk as a FileSet, with the texts open in an editor on top.

import { isUtf8 } from 'node:buffer';
import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeText } from './text/decode.ts';
import {
  largestFile,
  largestText,
  type FileSet,
  type Missing,
  type SourceFile,
} from './text/source-file.ts';
import type { FileId } from './text/span.ts';

/** The stamp of bytes that were given, not read. */
const GIVEN = 'given';

interface Stored {
  /** Modification time and size when read; undefined when the file was absent. */
  readonly stamp: string | undefined;
  readonly bytes: Uint8Array | undefined;
  /** Whether the file is there, but larger than anything that is read. */
  readonly isTooLarge: boolean;
  /** Why the file is there, but cannot be read. */
  readonly because?: string | undefined;
  file: SourceFile | undefined;
}

/**
 * Reads files when first asked and remembers them, absent ones too, until `forget` or `refresh`. A file's identity is
 * an absolute path or a `file:` URI. Open texts win over the disk.
 */
export class NodeFiles implements FileSet {
  readonly #open = new Map<FileId, SourceFile>();
  readonly #stored = new Map<FileId, Stored>();

  get(id: FileId): SourceFile | Missing {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const stored = this.#read(id);
    if (stored.isTooLarge || (stored.bytes?.length ?? 0) > largestText) return 'too-large';
    if (stored.file === undefined && stored.bytes !== undefined) {
      stored.file = { id, text: textOf(stored.bytes) };
    }
    return stored.file ?? (stored.because === undefined ? 'absent' : 'unreadable');
  }

  bytes(id: FileId): Uint8Array | Missing {
    const { bytes, isTooLarge, because } = this.#read(id);
    return bytes ?? (isTooLarge ? 'too-large' : because === undefined ? 'absent' : 'unreadable');
  }

  /** Why a file is `unreadable`, in a few words; undefined for every other. */
  becauseOf(id: FileId): string | undefined {
    return this.#open.has(id) ? undefined : this.#read(id).because;
  }

  /** Whether there is a file or folder of that name. */
  exists(id: FileId): boolean {
    return this.#open.has(id) || statOf(pathOf(id)) !== undefined;
  }

  /** The names in a folder, sorted, folders with a `/` at the end; empty when it cannot be read. */
  readDirectory(id: FileId): readonly string[] {
    if (!statOf(pathOf(id))?.isDirectory()) return [];
    return readdirSync(pathOf(id), { withFileTypes: true })
      .map((entry) => entry.name + (entry.isDirectory() ? '/' : ''))
      .sort();
  }

  /** Bytes on the disk; undefined when there is no such file. */
  sizeOf(id: FileId): number | undefined {
    const found = statOf(pathOf(id));
    return found?.isFile() ? found.size : undefined;
  }

  /** Why a file cannot be read, in a few words; undefined when it can. */
  whyUnreadable(id: FileId): string | undefined {
    if (this.#open.has(id) || this.#stored.get(id)?.stamp === GIVEN) return undefined;
    try {
      const path = checkedPathOf(id);
      const found = statSync(path);
      if (found.isDirectory()) return 'is a directory';
      if (!found.isFile() && !isShellPipe(path, found)) return 'is not a regular file';
      if (found.size > largestFile) return `is larger than ${largestFile >> 20} MiB`;
      accessSync(path, constants.R_OK);
      return undefined;
    } catch (error) {
      const why = reasonOf(error);
      // Bytes that are not UTF-8 have become U+FFFD on their way here.
      return why === REASONS['ENOENT'] && id.includes('\ufffd')
        ? `${why}; a name that is not UTF-8 cannot be given`
        : why;
    }
  }

  /** Writes a file whole and forgets what was read of it; why it could not, in a few words. */
  write(id: FileId, content: string | Uint8Array): string | undefined {
    try {
      writeFileSync(checkedPathOf(id), content);
    } catch (error) {
      return reasonOf(error);
    }
    this.forget(id);
    return undefined;
  }

  /** Stands in for a file that is not on the disk, such as standard input. */
  setBytes(id: FileId, bytes: Uint8Array): void {
    this.#stored.set(id, { stamp: GIVEN, bytes, isTooLarge: false, file: undefined });
  }

  /** Whether the file exists and nobody may write it. */
  isReadOnly(id: FileId): boolean {
    const found = statSync(pathOf(id), { throwIfNoEntry: false });
    return found !== undefined && (found.mode & 0o222) === 0;
  }

  /** Puts an editor's text on top of the disk; the same text again keeps the file's identity. */
  setText(id: FileId, text: string): void {
    if (this.#open.get(id)?.text !== text) this.#open.set(id, { id, text });
  }

  /** Takes an editor's text away again. */
  unset(id: FileId): void {
    this.#open.delete(id);
  }

  /** Makes the next question read the file, or find it absent, anew. */
  forget(id: FileId): void {
    this.#stored.delete(id);
  }

  /** Forgets every remembered file whose modification time or size differs from the disk's, and returns them. */
  refresh(): readonly FileId[] {
    const changed = [...this.#stored].filter(
      ([id, stored]) => stored.stamp !== GIVEN && stamp(pathOf(id)) !== stored.stamp,
    );
    for (const [id] of changed) this.#stored.delete(id);
    return changed.map(([id]) => id);
  }

  #read(id: FileId): Stored {
    let stored = this.#stored.get(id);
    if (stored === undefined) {
      const path = pathOf(id);
      const before = stamp(path);
      const isTooLarge = (this.sizeOf(id) ?? 0) > largestFile;
      const read = before === undefined || isTooLarge ? undefined : readIfReadable(path);
      const bytes = typeof read === 'string' ? undefined : read;
      const because =
        typeof read === 'string' ? read : before === undefined ? whyBarred(path) : undefined;
      stored = { stamp: before, bytes, isTooLarge, because, file: undefined };
      this.#stored.set(id, stored);
    }
    return stored;
  }
}

function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    : decodeText(bytes);
}

/** The bytes, or why they cannot be read; undefined for a file that has vanished. */
function readIfReadable(path: string): Uint8Array | string | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = reasonOf(error);
    return why === REASONS['ENOENT'] ? undefined : why;
  }
}

function stamp(path: string): string | undefined {
  const found = statOf(path);
  if (found && isShellPipe(path, found)) return GIVEN;
  return found?.isFile() ? `${found.mtimeMs} ${found.size}` : undefined;
}

// Why nobody can tell whether a file is there: a folder that may not be searched, links without end.
function whyBarred(path: string): string | undefined {
  try {
    statSync(path, { throwIfNoEntry: false });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

// `<(command)` of a shell. Any other pipe might never be written to.
function isShellPipe(path: string, found: Stats): boolean {
  return found.isFIFO() && path.startsWith('/dev/fd/');
}

// An include may name anything: a path too long, a loop of links, a character no file name has.
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left',
  ENAMETOOLONG: 'file name too long',
  ELOOP: 'too many symbolic links',
  EIO: 'input or output error',
  ETXTBSY: 'is being executed',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ERR_INVALID_URL: 'not a file: address',
  ERR_INVALID_FILE_URL_HOST: 'a file: address of another machine',
  ERR_INVALID_FILE_URL_PATH: 'not a file: address',
  ERR_INVALID_ARG_VALUE: 'no file can have this name',
};

function reasonOf(error: unknown): string {
  if (error instanceof URIError) return 'not a file: address';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? `cannot be used (${code || 'unknown reason'})`;
}

// A URI that names no file here, such as one of another machine, is left as it is: there is no file of that name.
function pathOf(id: FileId): string {
  if (!id.startsWith('file:')) return id;
  try {
    return fileURLToPath(id);
  } catch {
    return id;
  }
}

/** The path of a file that the user named; throws for a URI that names none. */
function checkedPathOf(id: FileId): string {
  return id.startsWith('file:') ? fileURLToPath(id) : id;
}
