// Files that may not have been read yet, with texts on top that only one question needs.

import type { BootFileSet } from '../boot-files/boot-host.ts';
import { decodeText } from '../text/decode.ts';
import { whyUnreadable, type Missing, type SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

/** Answers "there is none" for a file that is not loaded, and remembers that it was asked for. */
export class LayeredFiles implements BootFileSet {
  readonly #files: Files;
  readonly #texts = new Map<FileId, SourceFile>();
  readonly #bytes = new Map<FileId, Uint8Array>();
  readonly #wanted = new Set<FileId>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** The files that were asked for and are not loaded. */
  get wanted(): readonly FileId[] {
    return [...this.#wanted];
  }

  get(id: FileId): SourceFile | Missing {
    return this.#texts.get(id) ?? this.#seen(id, this.#files.get(id));
  }

  bytes(id: FileId): Uint8Array | Missing {
    return this.#bytes.get(id) ?? this.#seen(id, this.#files.bytes(id));
  }

  sizeOf(id: FileId): number | undefined {
    const given = this.#bytes.get(id)?.length;
    if (given !== undefined || this.#files.sizeOf) return given ?? this.#files.sizeOf?.(id);
    const bytes = this.bytes(id);
    return typeof bytes === 'string' ? undefined : bytes.length;
  }

  whyUnreadable(id: FileId): string | undefined {
    switch (this.bytes(id)) {
      case 'absent':
      case 'not-loaded':
        return 'no such file';
      case 'too-large':
        return 'is too large';
      case 'unreadable':
        return whyUnreadable(this.#files, id);
      default:
        return undefined;
    }
  }

  setText(id: FileId, text: string): void {
    this.#texts.set(id, { id, text });
  }

  unset(id: FileId): void {
    this.#texts.delete(id);
  }

  setBytes(id: FileId, bytes: Uint8Array): void {
    this.#bytes.set(id, bytes);
    this.#texts.set(id, { id, text: decodeText(bytes) });
  }

  #seen<Content>(id: FileId, content: Content | Missing): Content | Missing {
    if (content !== 'not-loaded') return content;
    this.#wanted.add(id);
    return 'absent';
  }
}
