// Which file includes which, over all files of a work tree: tells the boards a `.dtsi` belongs to.

import type { FileId } from '../text/span.ts';
import { intern } from '../tree/intern.ts';
import { resolvePath } from './paths.ts';

const INCLUDE = /^[ \t]*(?:#[ \t]*include|\/include\/)[ \t]*["<]([^">\r\n]+)[">]/gm;

/** The paths a text includes, as written, in order; the text itself need not stay in memory for them. */
export function includesOf(text: string): string[] {
  return [...text.matchAll(INCLUDE)].map((match) => intern(match[1] ?? ''));
}

/** Whether a file of that name is devicetree source. */
export function isDevicetreeFile(name: string): boolean {
  return /\.(?:dts|dtsi|dtso|overlay)$/.test(name);
}

/** Those names of one folder that are worth indexing: devicetree source, and the headers beside it. */
export function indexedNames(names: readonly string[]): readonly string[] {
  const hasSource = names.some(isDevicetreeFile);
  return names.filter((name) => isDevicetreeFile(name) || (hasSource && name.endsWith('.h')));
}

/** Whether a file is compiled by itself: a board or an overlay. */
export function isRootFile(file: FileId): boolean {
  return /\.(?:dts|dtso|overlay|dtb)$/.test(file);
}

/**
 * Include edges between files. An include that is not beside the includer is matched by the end of its path, because
 * the include path of every board is not known while indexing.
 */
export class IncludeIndex {
  readonly #includes = new Map<FileId, readonly string[]>();
  /** Files by last name of their path. */
  readonly #byName = new Map<string, Set<FileId>>();
  /** Includers by last name of the included path. */
  readonly #includers = new Map<string, Set<FileId>>();

  /** Adds a file, or replaces what was known of it. */
  set(file: FileId, text: string): void {
    this.delete(file);
    const includes = includesOf(text);
    this.#includes.set(file, includes);
    add(this.#byName, lastName(file), file);
    for (const path of includes) add(this.#includers, lastName(path), file);
  }

  delete(file: FileId): void {
    for (const path of this.#includes.get(file) ?? [])
      this.#includers.get(lastName(path))?.delete(file);
    this.#includes.delete(file);
    this.#byName.get(lastName(file))?.delete(file);
  }

  has(file: FileId): boolean {
    return this.#includes.has(file);
  }

  /** Every file that was added. */
  files(): Iterable<FileId> {
    return this.#includes.keys();
  }

  get size(): number {
    return this.#includes.size;
  }

  /** The indexed files that include `file` directly, sorted. */
  includersOf(file: FileId): FileId[] {
    return [...(this.#includers.get(lastName(file)) ?? [])]
      .filter((includer) =>
        (this.#includes.get(includer) ?? []).some((path) => this.#targets(includer, path, file)),
      )
      .sort();
  }

  /** The indexed files that `file` includes directly, in order. */
  includedBy(file: FileId): FileId[] {
    return (this.#includes.get(file) ?? []).flatMap((path) =>
      [...(this.#byName.get(lastName(path)) ?? [])].filter((target) =>
        this.#targets(file, path, target),
      ),
    );
  }

  /** The boards and overlays that include `file`, directly or not, sorted; `file` itself when it is one. */
  rootsOf(file: FileId): FileId[] {
    const seen = new Set<FileId>([file]);
    for (const each of seen) for (const includer of this.includersOf(each)) seen.add(includer);
    return [...seen].filter(isRootFile).sort();
  }

  #targets(includer: FileId, path: string, file: FileId): boolean {
    const beside = resolvePath(includer.slice(0, includer.lastIndexOf('/')), path);
    if (beside === file) return true;
    if (this.#includes.has(beside)) return false;
    const tail = path.replace(/^(?:\.{1,2}\/)+/, '');
    if (file.endsWith(`/${tail}`)) return true;
    // Linux' include-prefixes: `arm64/qcom/x.dtsi` is arch/arm64/boot/dts/qcom/x.dtsi.
    const slash = tail.indexOf('/');
    return (
      slash > 0 && file.endsWith(`/arch/${tail.slice(0, slash)}/boot/dts/${tail.slice(slash + 1)}`)
    );
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function add(map: Map<string, Set<FileId>>, key: string, file: FileId): void {
  const set = map.get(key);
  if (set) set.add(file);
  else map.set(key, new Set([file]));
}
