// The files of a bindings tree, scanned; what has not changed is not read again.

import type { FileId } from '../text/span.ts';
import { Bindings, type BindingFile } from './bindings.ts';
import { scanBinding, withoutExamples } from './scan-binding.ts';

/** A file of a bindings tree. The stamp changes whenever its text does. */
export interface ListedBinding {
  readonly file: FileId;
  readonly stamp: string;
}

/** dtschema's own schemas: text by path below its `schemas` folder. */
export type CoreSchemas = Readonly<Record<string, string>>;

/** The file name of one of dtschema's own schemas: it is on no disk. */
export const coreSchemaScheme = 'dtschema:/';

/** A binding is a few kilobytes; what is much larger is something else. */
const largestBinding = 4 << 20;

/** Remembers what was scanned from one update to the next. */
export class BindingIndex {
  #files = new Map<FileId, { readonly stamp: string; readonly scanned: BindingFile }>();
  readonly #core: CoreSchemas;
  #coreFiles: readonly BindingFile[] | undefined;

  constructor(core: CoreSchemas) {
    this.#core = core;
  }

  /** Files that have to be read for an update. */
  missing(listed: readonly ListedBinding[]): readonly ListedBinding[] {
    return listed.filter(({ file, stamp }) => this.#files.get(file)?.stamp !== stamp);
  }

  /** Scans one file; a text that is undefined is left out. */
  add({ file, stamp }: ListedBinding, text: string | undefined): void {
    if (text === undefined || text.length > largestBinding) this.#files.delete(file);
    else this.#files.set(file, { stamp, scanned: scanned(file, text) });
  }

  /** The bindings in `listed`, of which all that could be read were added. Files that are not listed are forgotten. */
  bindings(folder: FileId, listed: readonly ListedBinding[]): Bindings {
    this.#coreFiles ??= Object.entries(this.#core).map(([name, text]) =>
      scanned(`${coreSchemaScheme}${name}`, text),
    );
    const known = listed.flatMap(({ file }) => {
      const found = this.#files.get(file);
      return found ? [[file, found] as const] : [];
    });
    this.#files = new Map(known);
    return new Bindings(folder, [...known.map(([, each]) => each.scanned), ...this.#coreFiles]);
  }
}

function scanned(file: FileId, whole: string): BindingFile {
  const text = withoutExamples(whole);
  return { file, text, scanned: scanBinding(text) };
}
