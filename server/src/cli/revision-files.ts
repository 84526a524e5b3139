// A commit of a git work tree as the files of it, in place of those on the disk.

import { decodeText } from '../text/decode.ts';
import type { FolderListing, ListedLink } from '../text/folder-listing.ts';
import type { LinkText } from '../text/link-text.ts';
import { largestText, type Missing, type SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { Revision, ShellFiles } from './shell.ts';

type Found =
  | { readonly kind: 'file'; readonly path: string; readonly object: string }
  | { readonly kind: 'folder'; readonly path: string };

/** Links in a row, after which one leads in a circle. */
const MOST_LINKS = 40;

/** Files below the top of the work tree as the revision has them; all others, and what is set on top, as the disk has them. */
export class RevisionFiles implements ShellFiles {
  readonly #revision: Revision;
  readonly #disk: ShellFiles;
  /** Names in each folder, by its path; folders with a `/` at the end. */
  readonly #folders = new Map<string, Set<string>>([['', new Set()]]);
  readonly #texts = new Map<string, SourceFile>();
  readonly #read = new Map<string, Uint8Array>();
  readonly #open = new Map<FileId, SourceFile>();
  #keptSize = 0;

  constructor(revision: Revision, disk: ShellFiles) {
    this.#revision = revision;
    this.#disk = disk;
    for (const file of revision.entries.keys()) this.#add(file);
  }

  get(id: FileId): SourceFile | Missing {
    const open = this.#open.get(id);
    if (open) return open;
    if (!this.#has(id)) return this.#disk.get(id);
    const bytes = this.bytes(id);
    if (typeof bytes === 'string') return bytes;
    if (bytes.length > largestText) return 'too-large';
    let source = this.#texts.get(id);
    if (!source) this.#texts.set(id, (source = { id, text: decodeText(bytes) }));
    return source;
  }

  peek(id: FileId): SourceFile | Missing {
    return this.get(id);
  }

  bytes(id: FileId): Uint8Array | Missing {
    if (!this.#has(id)) return this.#disk.bytes(id);
    const found = this.#find(id);
    return found?.kind === 'file' ? this.#bytesOf(found.object) : 'absent';
  }

  exists(id: FileId): boolean {
    return this.#has(id) ? this.#find(id) !== undefined : this.#disk.exists(id);
  }

  readDirectory(id: FileId): readonly string[] {
    if (!this.#has(id)) return this.#disk.readDirectory(id);
    return this.listFolder(id).names;
  }

  listFolder(id: FileId): FolderListing {
    if (!this.#has(id)) return this.#disk.listFolder(id);
    const folder = this.#find(id);
    if (folder?.kind !== 'folder') return { names: [], links: [] };
    const names = [...(this.#folders.get(folder.path) ?? [])].sort();
    const links = names.flatMap((name): ListedLink[] => {
      const below = joined(folder.path, name);
      if (this.#revision.entries.get(below)?.kind !== 'link') return [];
      const target = this.#resolve(below);
      if (!target) return [];
      return [{ name, target: this.#idOf(target.path), isFolder: target.kind === 'folder' }];
    });
    return { names, links };
  }

  realPath(id: FileId): FileId {
    if (!this.#has(id)) return this.#disk.realPath(id);
    const found = this.#find(id);
    return found ? this.#idOf(found.path) : id;
  }

  linkText(id: FileId): LinkText | undefined {
    return this.#has(id) ? undefined : this.#disk.linkText?.(id);
  }

  spelling(id: FileId): string | undefined {
    return this.#has(id) ? undefined : this.#disk.spelling?.(id);
  }

  sizeOf(id: FileId): number | undefined {
    if (!this.#has(id)) return this.#disk.sizeOf(id);
    const found = this.#find(id);
    return found?.kind === 'file' ? this.#bytesOf(found.object).length : undefined;
  }

  changedAt(id: FileId): number | undefined {
    return this.#has(id) ? undefined : this.#disk.changedAt(id);
  }

  whyUnreadable(id: FileId): string | undefined {
    if (!this.#has(id)) return this.#disk.whyUnreadable(id);
    const found = this.#find(id);
    if (found?.kind === 'folder') return 'is a directory';
    return found ? undefined : 'no such file in this revision';
  }

  becauseOf(id: FileId): string | undefined {
    return this.#has(id) ? undefined : this.#disk.becauseOf?.(id);
  }

  setText(id: FileId, text: string): void {
    if (this.#open.get(id)?.text !== text) this.#open.set(id, { id, text });
  }

  unset(id: FileId): void {
    this.#open.delete(id);
  }

  setBytes(id: FileId, bytes: Uint8Array): void {
    this.#disk.setBytes(id, bytes);
  }

  get keptSize(): number {
    return this.#keptSize + this.#disk.keptSize;
  }

  forgetAll(): void {
    this.#texts.clear();
    this.#read.clear();
    this.#keptSize = 0;
    this.#disk.forgetAll();
  }

  write(id: FileId, content: string | Uint8Array): string | undefined {
    return this.#disk.write(id, content);
  }

  replaceAll: ShellFiles['replaceAll'] = (replacements) => this.#disk.replaceAll(replacements);

  #has(id: FileId): boolean {
    const { top } = this.#revision;
    return id === top || id.startsWith(`${top}/`);
  }

  #idOf(path: string): FileId {
    return joined(this.#revision.top, path);
  }

  #add(file: string): void {
    const parts = file.split('/');
    for (let depth = parts.length; depth > 0; depth--) {
      const folder = parts.slice(0, depth - 1).join('/');
      const name = `${parts[depth - 1] ?? ''}${depth < parts.length ? '/' : ''}`;
      const names = this.#folders.get(folder);
      if (names?.has(name)) return;
      if (names) names.add(name);
      else this.#folders.set(folder, new Set([name]));
    }
  }

  #find(id: FileId): Found | undefined {
    return this.#resolve(id.slice(this.#revision.top.length + 1));
  }

  /** What a path leads to, with every link in it followed; undefined for nothing, and for what is outside the work tree. */
  #resolve(file: string, links = 0): Found | undefined {
    let at = '';
    const parts: string[] = [];
    for (const part of file.split('/')) {
      if (part === '..' && parts.pop() === undefined) return undefined;
      if (part !== '..' && part !== '.' && part !== '') parts.push(part);
    }
    for (const [index, part] of parts.entries()) {
      at = joined(at, part);
      const entry = this.#revision.entries.get(at);
      if (entry?.kind === 'link') {
        if (links === MOST_LINKS) return undefined;
        const target = decodeText(this.#bytesOf(entry.object));
        const rest = parts.slice(index + 1).join('/');
        if (target.startsWith('/')) return undefined;
        const above = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
        return this.#resolve([above, target, rest].join('/'), links + 1);
      }
      if (entry) {
        if (index < parts.length - 1) return undefined;
        return { kind: 'file', path: at, object: entry.object };
      }
      if (!this.#folders.has(at)) return undefined;
    }
    return { kind: 'folder', path: at };
  }

  #bytesOf(object: string): Uint8Array {
    let bytes = this.#read.get(object);
    if (!bytes) {
      bytes = this.#revision.read(object);
      this.#read.set(object, bytes);
      this.#keptSize += bytes.length;
    }
    return bytes;
  }
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : name === '' ? folder : `${folder}/${name}`;
}
