// What the command line needs from the outside world; main-cli.ts provides it, tests provide another.

import type { CoreSchemas } from '../bindings/binding-index.ts';
import type { FolderListing } from '../text/folder-listing.ts';
import type { Replacement, Unreplaced } from '../text/replacement.ts';
import type { FileSet, Missing, SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

export interface Output {
  write(text: string | Uint8Array): void;
  readonly isTTY: boolean;
  /** Of a terminal. */
  readonly columns?: number | undefined;
}

/** Files as the command line needs them: what the core reads, and why something could not be read or written. */
export interface ShellFiles extends FileSet {
  exists(id: FileId): boolean;
  /** The names in a folder, sorted, folders with a `/` at the end; empty when it cannot be read. */
  readDirectory(id: FileId): readonly string[];
  listFolder(id: FileId): FolderListing;
  realPath(id: FileId): FileId;
  /** Puts a text on top of the disk. */
  setText(id: FileId, text: string): void;
  unset(id: FileId): void;
  /** The text of a file as `get` gives it, without remembering a file that was not asked for before. */
  peek(id: FileId): SourceFile | Missing;
  /** Bytes of the files that were read, with a few for each name that was looked for, since `forgetAll`. */
  readonly keptSize: number;
  /** Forgets every file that was read, and those that were not found; not what was given or set. */
  forgetAll(): void;
  /** Stands in for a file that is not on the disk. */
  setBytes(id: FileId, bytes: Uint8Array): void;
  /** Bytes of a file; undefined when there is none. */
  sizeOf(id: FileId): number | undefined;
  /** When a file was changed last, in milliseconds since 1970; undefined for what is not on the disk. */
  changedAt(id: FileId): number | undefined;
  /** `no such file`, `is a directory`, `permission denied`; undefined when the file can be read. */
  whyUnreadable(id: FileId): string | undefined;
  /** Writes a result whole; the reason when it could not. */
  write(id: FileId, content: string | Uint8Array): string | undefined;
  /** Replaces all of the files or none, provided that each is still as it was read; what stopped it. */
  replaceAll(replacements: ReadonlyMap<FileId, Replacement>): Promise<Unreplaced | undefined>;
}

/** Runs part of a `check --jobs` elsewhere. Messages are plain data. */
export interface Worker {
  post(message: unknown): void;
  /** `undefined` says that the worker is gone. */
  onMessage(listener: (message: unknown) => void): void;
  stop(): void;
}

/** What git has under a path. */
export interface RevisionEntry {
  readonly kind: 'file' | 'link';
  /** Git's name of the content; of a link that is the path it leads to. */
  readonly object: string;
}

/** A commit, and the folder of the work tree that it was made in. */
export interface Revision {
  readonly top: FileId;
  /** By path below the top. */
  readonly entries: ReadonlyMap<string, RevisionEntry>;
  /** The bytes of an object. */
  read(object: string): Uint8Array;
}

export interface Shell {
  /** Absolute, with `/`. */
  readonly cwd: string;
  /** Of dtmap. */
  readonly version: string;
  /** Address of dtmap's repository, without a final `/`. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: ShellFiles;
  readonly stdout: Output;
  readonly stderr: Output;
  stdin(): Promise<Uint8Array>;
  /** The script of the memory map's page, a bundle beside this one; why it cannot be read. */
  readonly pageScript: () => { readonly text: string } | string;
  /** Processors that work may be shared between. */
  readonly processors: number;
  /** A revision of the git work tree that a folder is in, or why there is none; absent where there is no git. */
  readonly revision?: (folder: FileId, name: string) => Revision | string;
  /** Absent where no second thread can be had; the work is then done in this one. */
  readonly startWorker?: () => Worker;
  /** dtschema's own schemas; absent where they are not at hand. */
  readonly coreSchemas?: () => CoreSchemas;
  /** Starts the language server on the standard streams, which are its own from then on. */
  readonly startServer?: () => void;
  /** Starts the tools for agents on the standard streams, in the same way. */
  readonly startTools?: () => void;
}
