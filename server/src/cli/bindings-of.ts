// Reads the bindings that boards are checked against, once for all boards of a work tree.

import { BindingIndex, type CoreSchemas } from '../bindings/binding-index.ts';
import type { Bindings } from '../bindings/bindings.ts';
import { findBindings, isBindingName } from '../bindings/find-bindings.ts';
import type { FileId } from '../text/span.ts';
import { Failure } from './failure.ts';
import type { Shell } from './shell.ts';

/** The bindings of a session, by their folder. */
export class SessionBindings {
  readonly #shell: Shell;
  readonly #known = new Map<FileId, Bindings>();
  #core: CoreSchemas | undefined;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /**
   * The bindings in `folder`, or with an empty name those of the work tree that `board` is in. Fails when there are none: a
   * check that was asked for must not pass for one that was made.
   */
  of(board: FileId, folder: FileId, shown: (file: FileId) => string): Bindings {
    const { files } = this.#shell;
    const found = folder === '' ? findBindings(board, (file) => files.exists(file)) : folder;
    if (found === undefined)
      throw new Failure(
        `${shown(board)}: no Documentation/devicetree/bindings in a folder above; name one with --bindings=FOLDER`,
      );
    let bindings = this.#known.get(found);
    if (!bindings) {
      bindings = this.#read(found);
      if (!bindings) throw new Failure(`${shown(found)}: no binding (.yaml) in this folder`);
      this.#known.set(found, bindings);
    }
    return bindings;
  }

  #read(folder: FileId): Bindings | undefined {
    const { files, coreSchemas } = this.#shell;
    this.#core ??= coreSchemas?.() ?? {};
    const index = new BindingIndex(this.#core);
    const listed = this.#list(folder).map((file) => ({ file, stamp: '' }));
    if (listed.length === 0) return undefined;
    for (const each of listed) {
      const source = files.peek(each.file);
      index.add(each, typeof source === 'string' ? undefined : source.text);
    }
    return index.bindings(folder, listed);
  }

  // Links are not followed, so no folder is met twice.
  #list(folder: FileId): readonly FileId[] {
    const found: FileId[] = [];
    const waiting = [folder];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      for (const name of this.#shell.files.readDirectory(next))
        if (name.endsWith('/')) waiting.push(`${next}/${name.slice(0, -1)}`);
        else if (isBindingName(name)) found.push(`${next}/${name}`);
    return found.sort();
  }
}
