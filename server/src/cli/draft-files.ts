// Files that are changed in memory only: what `--dry-run` would leave on the disk, for the boards that come after.

import { decodeText } from '../text/decode.ts';
import type { FolderListing } from '../text/folder-listing.ts';
import type { LinkText } from '../text/link-text.ts';
import type { Replacement, Unreplaced } from '../text/replacement.ts';
import { type Missing, type SourceFile, whyUnreadable } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { ShellFiles } from './shell.ts';

interface Draft {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The files of the disk with the replacements that were asked for, under all names of each file; nothing is written. */
export class DraftFiles implements ShellFiles {
  readonly #disk: ShellFiles;
  readonly #open = new Map<FileId, SourceFile>();
  /** By the name without links. */
  readonly #drafts = new Map<FileId, Draft>();
  /** Texts of drafts by the name that they were asked for. */
  readonly #texts = new Map<FileId, SourceFile>();

  constructor(disk: ShellFiles) {
    this.#disk = disk;
  }

  /** The first and the last text of each file that is not what it was, in order, by its name without links. */
  changes(): ReadonlyMap<FileId, { readonly before: string; readonly after: string }> {
    const changed = new Map<FileId, { readonly before: string; readonly after: string }>();
    for (const [file, draft] of this.#drafts) {
      const before = decodeText(draft.before);
      const after = decodeText(draft.after);
      if (before !== after) changed.set(file, { before, after });
    }
    return changed;
  }

  get(id: FileId): SourceFile | Missing {
    return this.#open.get(id) ?? this.#draftOf(id) ?? this.#disk.get(id);
  }

  peek(id: FileId): SourceFile | Missing {
    return this.#open.get(id) ?? this.#draftOf(id) ?? this.#disk.peek(id);
  }

  bytes(id: FileId): Uint8Array | Missing {
    return this.#drafts.get(this.realPath(id))?.after ?? this.#disk.bytes(id);
  }

  get keptSize(): number {
    return this.#disk.keptSize;
  }

  forgetAll(): void {
    this.#disk.forgetAll();
  }

  changedAt(id: FileId): number | undefined {
    return this.#disk.changedAt(id);
  }

  sizeOf(id: FileId): number | undefined {
    return this.#drafts.get(this.realPath(id))?.after.length ?? this.#disk.sizeOf(id);
  }

  setText(id: FileId, text: string): void {
    if (this.#open.get(id)?.text !== text) this.#open.set(id, { id, text });
  }

  unset(id: FileId): void {
    this.#open.delete(id);
  }

  replaceAll(replacements: ReadonlyMap<FileId, Replacement>): Promise<Unreplaced | undefined> {
    for (const [id, { before, after }] of replacements) {
      const real = this.realPath(id);
      this.#drafts.set(real, { before: this.#drafts.get(real)?.before ?? before, after });
    }
    this.#texts.clear();
    return Promise.resolve(undefined);
  }

  becauseOf(id: FileId): string | undefined {
    return whyUnreadable(this.#disk, id);
  }

  exists(id: FileId): boolean {
    return this.#disk.exists(id);
  }

  readDirectory(id: FileId): readonly string[] {
    return this.#disk.readDirectory(id);
  }

  listFolder(id: FileId): FolderListing {
    return this.#disk.listFolder(id);
  }

  realPath(id: FileId): FileId {
    return this.#disk.realPath(id);
  }

  linkText(id: FileId): LinkText | undefined {
    return this.#disk.linkText?.(id);
  }

  spelling(id: FileId): string | undefined {
    return this.#disk.spelling?.(id);
  }

  whyUnreadable(id: FileId): string | undefined {
    return this.#disk.whyUnreadable(id);
  }

  setBytes(id: FileId, bytes: Uint8Array): void {
    this.#disk.setBytes(id, bytes);
  }

  write(id: FileId, content: string | Uint8Array): string | undefined {
    return this.#disk.write(id, content);
  }

  #draftOf(id: FileId): SourceFile | undefined {
    const draft = this.#drafts.get(this.realPath(id));
    if (draft === undefined) return undefined;
    let file = this.#texts.get(id);
    if (file === undefined) {
      file = { id, text: decodeText(draft.after) };
      this.#texts.set(id, file);
    }
    return file;
  }
}
