// The files of the disk as a FileSet, with the texts open in an editor on top.

import { isUtf8 } from 'node:buffer';
import {
  accessSync,
  constants,
  type Dirent,
  promises,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeOf, reasonOf } from './node-file-reason.ts';
import { replaceFiles, writeFile } from './node-write-files.ts';
import { decodeText } from './text/decode.ts';
import type { FolderListing, ListedLink } from './text/folder-listing.ts';
import { fileIdOfPath } from './text/resolve-name.ts';
import { spellingIn } from './text/spelling.ts';
import {
  followLinks,
  longestLinkText,
  readLinkText,
  type Followed,
  type LinkText,
  type Standing,
} from './text/link-text.ts';
import { folderOf } from './text/join-path.ts';
import type { Replacement, Unreplaced } from './text/replacement.ts';
import {
  largestFile,
  largestText,
  type FileSet,
  type Missing,
  type SourceFile,
} from './text/source-file.ts';
import type { FileId } from './text/span.ts';

/** What remembering a file takes beside its bytes. */
const sizeOfEntry = 400;

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
  /** The link that was checked out as text, through which the file was read. */
  readonly link?: LinkText | undefined;
  file: SourceFile | undefined;
  /** With the text that the file behind the link has in an editor. */
  edited?: SourceFile;
}

/** The coarsest clock of a disk in use: FAT's. */
const TICK_MILLISECONDS = 2000;

/**
 * Reads files when first asked and remembers them, absent ones too, until `forget` or `refresh`. A file's identity is
 * an absolute path or a `file:` URI. Open texts win over the disk.
 */
export class NodeFiles implements FileSet {
  readonly #open = new Map<FileId, SourceFile>();
  readonly #stored = new Map<FileId, Stored>();
  /** Files that the user named, which may be pipes of a shell; what sources name may not. */
  readonly #named = new Set<FileId>();
  readonly #realPaths = new Map<FileId, FileId>();
  /** What stands under the names of folders that lack a file that was looked for. */
  readonly #standing = new Map<FileId, Standing>();
  /** What stands in the folders of which a spelling was asked. */
  readonly #names = new Map<FileId, ReadonlySet<string>>();
  /** By file, the names under which it was read through links that are text. */
  readonly #aliases = new Map<FileId, Set<FileId>>();
  #keptSize = 0;

  get(id: FileId): SourceFile | Missing {
    const open = this.#open.get(id);
    // A link that is open in an editor still leads to its file.
    if (open !== undefined && readLinkText(open.text) === undefined) return open;
    const stored = this.#read(id);
    if (open !== undefined && stored.link?.name !== id) return open;
    const edited = stored.link && this.#open.get(stored.link.behind);
    if (edited !== undefined) {
      if (stored.edited?.text !== edited.text) stored.edited = { id, text: edited.text };
      return stored.edited;
    }
    if (stored.isTooLarge || (stored.bytes?.length ?? 0) > largestText) return 'too-large';
    if (stored.file === undefined && stored.bytes !== undefined) {
      stored.file = { id, text: textOf(stored.bytes) };
    }
    return stored.file ?? (stored.because === undefined ? 'absent' : 'unreadable');
  }

  /** As `get`, without remembering a file that was not asked for before. */
  peek(id: FileId): SourceFile | Missing {
    const isKnown = this.#stored.has(id);
    const source = this.get(id);
    if (!isKnown) this.#stored.delete(id);
    return source;
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
    return this.#open.has(id) || statOf(this.#pathOf(id)) !== undefined;
  }

  /** The name of a file or folder without links; of what is not on the disk, as it is. */
  realPath(id: FileId): FileId {
    let known = this.#realPaths.get(id);
    if (known === undefined) {
      const { file, isThere } = this.#follow(id);
      const isOnDisk = isThere && this.#stored.get(id)?.stamp !== GIVEN;
      known = isOnDisk ? realPathOf(file) : id;
      this.#realPaths.set(id, known);
    }
    return known;
  }

  /** The link in a file's name that was checked out as text; undefined when there is none. */
  linkText(id: FileId): LinkText | undefined {
    const open = this.#open.get(id);
    if (open !== undefined && readLinkText(open.text) === undefined) return undefined;
    const stored = this.#stored.get(id);
    return stored ? stored.link : this.#follow(id).link;
  }

  /** Names under which a file was read through links that were checked out as text. */
  aliasesOf(id: FileId): readonly FileId[] {
    return [...(this.#aliases.get(id) ?? [])];
  }

  /** The names in a folder, sorted, folders with a `/` at the end; empty when it cannot be read. */
  readDirectory(id: FileId): readonly string[] {
    const path = this.#pathOf(id);
    if (!statOf(path)?.isDirectory()) return [];
    try {
      return namesOf(readdirSync(path, { withFileTypes: true }));
    } catch {
      return [];
    }
  }

  /** The same for whoever has other things to do until the disk has answered. */
  async listDirectory(id: FileId): Promise<readonly string[]> {
    return (await this.listFolderLater(id)).names;
  }

  /** What stands in a folder, and where its links lead. */
  listFolder(id: FileId): FolderListing {
    try {
      return this.#listingOf(id, readdirSync(this.#pathOf(id), { withFileTypes: true }));
    } catch {
      return NO_FOLDER;
    }
  }

  /** The same for whoever has other things to do until the disk has answered. */
  async listFolderLater(id: FileId): Promise<FolderListing> {
    try {
      return this.#listingOf(id, await promises.readdir(this.#pathOf(id), { withFileTypes: true }));
    } catch {
      return NO_FOLDER;
    }
  }

  /** Bytes on the disk; undefined when there is no such file. */
  sizeOf(id: FileId): number | undefined {
    const found = statOf(this.#pathOf(id));
    return found?.isFile() ? found.size : undefined;
  }

  /** When a file was changed last, in milliseconds since 1970; undefined for what is not on the disk. */
  changedAt(id: FileId): number | undefined {
    return statOf(this.#pathOf(id))?.mtimeMs;
  }

  /**
   * What changes whenever a file does: when it was changed last, and its size. Undefined for what is not on the disk, and for what was
   * changed just now: a second change may come within the same tick of the disk's clock.
   */
  stampOf(id: FileId): string | undefined {
    const found = statOf(this.#pathOf(id));
    if (!found?.isFile() || Date.now() - found.mtimeMs < TICK_MILLISECONDS) return undefined;
    return `${String(found.mtimeMs)} ${String(found.size)}`;
  }

  /**
   * Why a file that the user named cannot be read, in a few words; undefined when it can. From then on it may also be
   * `<(command)` of a shell, or a file that the kernel makes up.
   */
  whyUnreadable(id: FileId): string | undefined {
    this.#named.add(id);
    if (this.#open.has(id) || this.#stored.get(id)?.stamp === GIVEN) return undefined;
    try {
      const path = checkedPathOf(this.#follow(id).file);
      const found = statSync(path);
      if (found.isDirectory()) return 'is a directory';
      if (!found.isFile() && !isShellPipe(path, found)) return 'is not a regular file';
      if (found.size > largestFile) return `is larger than ${largestFile >> 20} MiB`;
      accessSync(path, constants.R_OK);
      return undefined;
    } catch (error) {
      const why = reasonOf(error);
      // Bytes that are not UTF-8 have become U+FFFD on their way here.
      return codeOf(error) === 'ENOENT' && id.includes('\ufffd')
        ? `${why}; a name that is not UTF-8 cannot be given`
        : why;
    }
  }

  /** Writes a result whole and forgets what was read of the file; why it could not, in a few words. */
  write(id: FileId, content: string | Uint8Array): string | undefined {
    try {
      writeFile(checkedPathOf(this.#follow(id).file), Buffer.from(content));
    } catch (error) {
      return reasonOf(error);
    }
    this.forget(id);
    return undefined;
  }

  /** Replaces all of the files or none, and forgets what was read of whatever has changed; what stopped it. */
  async replaceAll(
    replacements: ReadonlyMap<FileId, Replacement>,
  ): Promise<Unreplaced | undefined> {
    const unreplaced = await replaceFiles(replacements, (id) => this.#pathOf(id));
    for (const id of replacements.keys()) this.forget(id);
    // The same file may have been read under another name too.
    this.refresh();
    return unreplaced;
  }

  /** Stands in for a file that is not on the disk, such as standard input. */
  setBytes(id: FileId, bytes: Uint8Array): void {
    this.#stored.set(id, { stamp: GIVEN, bytes, isTooLarge: false, file: undefined });
  }

  /** Whether the file exists and nobody may write it. */
  isReadOnly(id: FileId): boolean {
    const found = statOf(this.#pathOf(id));
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

  /** Bytes of the files that were read, with a few for each name that was looked for, since `forgetAll`. */
  get keptSize(): number {
    return this.#keptSize;
  }

  /** Forgets every file that was read, and those that were not found; not what was given or is open. */
  forgetAll(): void {
    for (const [id, { stamp }] of this.#stored) if (stamp !== GIVEN) this.#stored.delete(id);
    this.#realPaths.clear();
    this.#standing.clear();
    this.#names.clear();
    this.#keptSize = 0;
  }

  /** Makes the next question read the file, or find it absent, anew. */
  forget(id: FileId): void {
    this.#stored.delete(id);
    for (const alias of this.#aliases.get(id) ?? []) this.#stored.delete(alias);
    this.#realPaths.delete(id);
    this.#standing.clear();
    this.#names.clear();
  }

  /** Forgets every remembered file whose modification time or size differs from the disk's, and returns them. */
  refresh(): readonly FileId[] {
    this.#standing.clear();
    this.#names.clear();
    const changed = [...this.#stored].filter(
      ([id, stored]) => stored.stamp !== GIVEN && this.#stampOf(id) !== stored.stamp,
    );
    for (const [id] of changed) this.#stored.delete(id);
    this.#realPaths.clear();
    return changed.map(([id]) => id);
  }

  #read(id: FileId): Stored {
    let stored = this.#stored.get(id);
    if (stored === undefined) {
      const { file: behind, link } = this.#follow(id);
      if (link) this.#addAlias(behind, id);
      const path = pathOf(behind);
      const before = this.#stampOf(id);
      const isTooLarge = (this.sizeOf(id) ?? 0) > largestFile;
      const read = before === undefined || isTooLarge ? undefined : readIfReadable(path);
      const bytes = typeof read === 'string' ? undefined : read;
      const because =
        typeof read === 'string' ? read : before === undefined ? whyBarred(path) : undefined;
      stored = {
        stamp: before,
        bytes,
        isTooLarge,
        because,
        ...(link && { link }),
        file: undefined,
      };
      this.#stored.set(id, stored);
      this.#keptSize += sizeOfEntry + (bytes?.length ?? 0);
    }
    return stored;
  }

  /** Tells one content of a file from another; undefined for what must not be opened. */
  #stampOf(id: FileId): string | undefined {
    const path = this.#pathOf(id);
    const found = statOf(path);
    if (!found) return undefined;
    const isNamed = this.#named.has(id);
    if (isNamed && isShellPipe(path, found)) return GIVEN;
    if (!found.isFile() || (!isNamed && mayBlock(path, found))) return undefined;
    return `${found.mtimeMs} ${found.size}`;
  }

  /** The name that its folder has for `id` in another case; undefined when there is the very name, or none such. */
  spelling(id: FileId): string | undefined {
    const folder = folderOf(id);
    const name = id.slice(folder.endsWith('/') ? folder.length : folder.length + 1);
    if (folder === id || name === '') return undefined;
    let names = this.#names.get(folder);
    if (names === undefined) {
      names = new Set(this.readDirectory(folder).map((each) => each.replace(/\/$/, '')));
      this.#names.set(folder, names);
    }
    return names.has(name) ? undefined : spellingIn(names, name);
  }

  #addAlias(file: FileId, alias: FileId): void {
    const known = this.#aliases.get(file);
    if (known) known.add(alias);
    else this.#aliases.set(file, new Set([alias]));
  }

  /** The path on the disk, with links followed that were checked out as text. */
  #pathOf(id: FileId): string {
    return pathOf(this.#follow(id).file);
  }

  #follow(id: FileId): Followed {
    const steps = followLinks(id);
    let step = steps.next();
    while (!step.done) step = steps.next(this.#standingOf(step.value, id));
    return step.value;
  }

  /** What stands under a name that is asked for because of `wanted`; of folders it is remembered. */
  #standingOf(id: FileId, wanted: FileId): Standing {
    if (id === wanted) return standingAt(pathOf(id));
    let standing = this.#standing.get(id);
    if (standing === undefined) {
      standing = standingAt(pathOf(id));
      this.#standing.set(id, standing);
    }
    return standing;
  }

  #listingOf(folder: FileId, entries: readonly Dirent[]): FolderListing {
    const links = entries.flatMap((entry): ListedLink[] => {
      const { name } = entry;
      if (!entry.isSymbolicLink() && !(entry.isFile() && MAY_BE_LINK.test(name))) return [];
      const link = folder.endsWith('/') ? folder + name : `${folder}/${name}`;
      if (!entry.isSymbolicLink() && this.#follow(link).link?.name !== link) return [];
      const found = statOf(this.#pathOf(link));
      return found ? [{ name, target: this.realPath(link), isFolder: found.isDirectory() }] : [];
    });
    return { names: namesOf(entries), links };
  }
}

/** Names of files that a search follows when they are links: of source, and of folders. Others are not opened for it. */
const MAY_BE_LINK = /^[^.]+$|\.(?:dts|dtsi|dtso|overlay|h)$/i;

function standingAt(path: string): Standing {
  const found = statOf(path);
  if (!found) return 'absent';
  if (found.isDirectory()) return 'folder';
  if (!found.isFile() || found.size > longestLinkText || found.size === 0) return 'file';
  const bytes = mayBlock(path, found) ? undefined : readIfReadable(path);
  return typeof bytes === 'object' ? { text: textOf(bytes) } : 'file';
}

function namesOf(entries: readonly Dirent[]): string[] {
  return entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort();
}

const NO_FOLDER: FolderListing = { names: [], links: [] };

function realPathOf(id: FileId): FileId {
  try {
    return fileIdOfPath(realpathSync.native(pathOf(id)));
  } catch {
    return id;
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
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : reasonOf(error);
  }
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

/** From linux/magic.h: procfs, debugfs, tracefs. */
const MADE_UP: ReadonlySet<number> = new Set([0x9fa0, 0x64626720, 0x74726163]);

// Reading /proc/kmsg or a trace pipe waits for the kernel to have something to say. Such files have no blocks on any disk.
function mayBlock(path: string, found: Stats): boolean {
  if (found.blocks !== 0) return false;
  try {
    return MADE_UP.has(statfsSync(path).type);
  } catch {
    return false;
  }
}

// An include may name anything: a path too long, a loop of links, a character no file name has.
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

// A URI that names no file here, such as one of another machine, is left as it is: there is no file of that name.
function pathOf(id: FileId): string {
  // A drive alone is the folder that a program of Windows was in last on it.
  if (/^[A-Za-z]:$/.test(id)) return `${id}/`;
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
