// Which file includes which, over all files of a work tree: tells the boards a `.dtsi` belongs to.

import type { FileId } from '../text/span.ts';
import { hasHeader } from './has-header.ts';
import { includesOf, type WrittenInclude, type WrittenIncludes } from './includes-of.ts';
import { resolvePath } from './paths.ts';
import { intern } from '../tree/intern.ts';

/** Whether a file of that name is devicetree source. */
export function isDevicetreeFile(name: string): boolean {
  return /\.(?:dts|dtsi|dtso|overlay)$/i.test(name);
}

/** Whether a file is compiled by itself as far as its name says: a board or an overlay. */
export function isRootFile(file: FileId): boolean {
  return /\.(?:dts|dtso|overlay|dtb)$/i.test(file);
}

/**
 * Whether only a board that includes a file gives it its meaning, as far as its name and text tell: a `.dtsi`, or a `.dts` that
 * leaves `/dts-v1/` to others.
 */
export function seemsPart(file: FileId, text: string): boolean {
  return !isRootFile(file) || (/\.dts$/i.test(file) && !hasHeader(text, '/dts-v1/'));
}

/** Whether a file is an overlay by its name, which says nothing where boards and overlays are both named `.dts`. */
export function isOverlayFile(file: FileId): boolean {
  return /\.(?:dtso|overlay)$/i.test(file);
}

/** Which edges count: those that are includes for certain, or also what may be one. */
export type Certainty = 'plain' | 'possible';

/** A symbolic link, and the file or folder that it leads to in the end. */
export interface LinkTarget {
  readonly target: FileId;
  readonly isFolder: boolean;
}

/** What the index wants to know of a text; plain data, which may be kept from one run to the next. */
export interface Indexed extends WrittenIncludes {
  /** Whether it says `/dts-v1/`. */
  readonly hasVersion: boolean;
}

/** Reads off a text what the index wants to know of it. */
export function indexedFrom(text: string): Indexed {
  return { ...includesOf(text), hasVersion: hasHeader(text, '/dts-v1/') };
}

/**
 * Include edges between files. An include that is not beside the includer is matched by the end of its path, because
 * the include path of every board is not known while indexing. Names are compared without case, since some disks do.
 */
export class IncludeIndex {
  readonly #files = new Map<FileId, Indexed>();
  /** Files by last name of their path. */
  readonly #byName = new Map<string, Set<FileId>>();
  /** Includers by last name of the included path. */
  readonly #includers = new Map<string, Set<FileId>>();
  /** Files that may include any other. */
  readonly #computed = new Set<FileId>();
  readonly #links = new Map<FileId, LinkTarget>();
  /** Names of the links to a file. */
  readonly #aliases = new Map<FileId, Set<FileId>>();
  /** Links to folders by their last name. */
  readonly #linkedFolders = new Map<string, Set<FileId>>();
  /** Included paths that no work tree was searched for since they were met, and all that were ever met. */
  readonly #unsought = new Set<string>();
  readonly #met = new Set<string>();

  /** Adds a file, or replaces what was known of it. */
  set(file: FileId, text: string): void {
    this.add(file, indexedFrom(text));
  }

  /** As `set`, with what was read off the text before. */
  add(file: FileId, indexed: Indexed): void {
    this.delete(file);
    const read = withAdded(file, indexed);
    this.#files.set(file, read);
    add(this.#byName, lastName(file), file);
    for (const { path } of read.includes) {
      add(this.#includers, lastName(path), file);
      if (isDevicetreeFile(path) || this.#met.has(path)) continue;
      this.#met.add(path);
      this.#unsought.add(path);
    }
    if (read.isComputed) this.#computed.add(file);
  }

  delete(file: FileId): void {
    for (const { path } of this.#files.get(file)?.includes ?? [])
      this.#includers.get(lastName(path))?.delete(file);
    this.#files.delete(file);
    this.#computed.delete(file);
    this.#byName.get(lastName(file))?.delete(file);
  }

  /** Adds a symbolic link. What it leads to is indexed under the name that has no link in it. */
  link(link: FileId, to: LinkTarget): void {
    this.#links.set(link, to);
    if (to.isFolder) add(this.#linkedFolders, lastName(link), link);
    else add(this.#aliases, to.target, link);
  }

  has(file: FileId): boolean {
    return this.#files.has(file);
  }

  /** Every file that was added. */
  files(): Iterable<FileId> {
    return this.#files.keys();
  }

  get size(): number {
    return this.#files.size;
  }

  /** The name of `file` without the links that were added. */
  canonical(file: FileId): FileId {
    let name = file;
    // A loop of links leads nowhere.
    for (let turns = 0; turns < 40 && this.#links.size > 0; turns += 1) {
      const through = [name, ...prefixesOf(name)].find((each) => this.#links.has(each));
      const to = through === undefined ? undefined : this.#links.get(through);
      if (through === undefined || to === undefined) return name;
      name = to.target + name.slice(through.length);
    }
    return name;
  }

  /** Last names, in lower case, of what is included and was not named here before; source is indexed whoever includes it. */
  takeUnsought(): ReadonlySet<string> {
    const names = new Set([...this.#unsought].map(lastName));
    this.#unsought.clear();
    return names;
  }

  /** Whether an indexed file may include `file`, which need not be indexed. */
  isIncluded(file: FileId): boolean {
    return this.#namesOf(file).some((name) =>
      [...(this.#includers.get(lastName(name)) ?? [])].some((includer) =>
        this.#includes(includer, file, 'possible'),
      ),
    );
  }

  /** The indexed files that include `file` directly, sorted. */
  includersOf(file: FileId, certainty: Certainty = 'plain'): FileId[] {
    const target = this.canonical(file);
    const candidates = this.#namesOf(target).flatMap((name) => [
      ...(this.#includers.get(lastName(name)) ?? []),
    ]);
    return [...new Set(candidates)]
      .filter((includer) => this.#includes(includer, target, certainty))
      .sort();
  }

  /** The indexed files that `file` includes directly, in order. */
  includedBy(file: FileId): FileId[] {
    return (this.#files.get(this.canonical(file))?.includes ?? []).flatMap((include) =>
      include.isPlain
        ? [...(this.#byName.get(lastName(include.path)) ?? [])].filter((target) =>
            this.#targets(file, include, target, 'plain'),
          )
        : [],
    );
  }

  /**
   * Whether a file is compiled by itself. A `.dts` without `/dts-v1/` that others include is a part of them, as a `.dtsi`
   * is, unless it includes a file that has it.
   */
  isRoot(file: FileId): boolean {
    if (!isRootFile(file)) return false;
    if (!/\.dts$/i.test(file)) return true;
    const own = this.#files.get(this.canonical(file));
    if (!own || own.hasVersion || this.includersOf(file).length === 0) return true;
    const included = new Set(this.includedBy(file));
    for (const each of included) {
      if (this.#files.get(each)?.hasVersion === true) return true;
      for (const further of this.includedBy(each)) included.add(further);
    }
    return false;
  }

  /** The files whose last name is `name`, whatever its case, sorted. */
  named(name: string): FileId[] {
    return [...(this.#byName.get(name.toLowerCase()) ?? [])].sort();
  }

  /** The boards and overlays that include `file`, directly or not, sorted; `file` itself when it is one. */
  rootsOf(file: FileId, certainty: Certainty = 'plain'): FileId[] {
    const seen = new Set<FileId>([this.canonical(file)]);
    if (certainty === 'possible') for (const each of this.#computed) seen.add(each);
    for (const each of seen)
      for (const includer of this.includersOf(each, certainty)) seen.add(includer);
    // A link to a board in another folder is another board: it includes what is beside the link.
    const named =
      certainty === 'plain' ? [...seen] : [...seen].flatMap((each) => this.#namesOf(each));
    return named.filter((each) => this.isRoot(each)).sort();
  }

  #namesOf(file: FileId): FileId[] {
    return [file, ...(this.#aliases.get(file) ?? [])];
  }

  #includes(includer: FileId, file: FileId, certainty: Certainty): boolean {
    return (this.#files.get(includer)?.includes ?? []).some(
      (include) =>
        (include.isPlain || certainty === 'possible') &&
        this.#targets(includer, include, file, certainty),
    );
  }

  #targets(includer: FileId, include: WrittenInclude, file: FileId, certainty: Certainty): boolean {
    const isBeside =
      include.search === 'beside' || (include.search === 'likely-beside' && certainty === 'plain');
    if (isBeside && this.#isOther(includer, include.path, file)) return false;
    return this.#namesOf(file).some((name) => this.#endsLike(name, include.path));
  }

  /** Whether `path`, seen from the folder of `includer`, is there and is not `file`. */
  #isOther(includer: FileId, path: string, file: FileId): boolean {
    const folder = includer.slice(0, includer.lastIndexOf('/'));
    const beside = resolvePath(folder, path);
    if (!this.#files.has(beside) || this.canonical(beside) === file) return false;
    // Read through a link, the file has other neighbours.
    if (this.#aliases.has(includer)) return false;
    const ups = path.split(/[\\/]/).filter((part) => part === '..').length;
    if (ups === 0) return true;
    return ![...this.#links.values()].some(
      ({ target, isFolder }) =>
        isFolder &&
        `${folder}/`.startsWith(`${target}/`) &&
        ups > folder.slice(target.length).split('/').length - 1,
    );
  }

  /** Whether a folder on the include path can make `path` mean `name`. */
  #endsLike(name: FileId, path: string): boolean {
    const wanted = path.toLowerCase().split(/[\\/]/);
    const tail = wanted
      .slice(wanted.lastIndexOf('..') + 1)
      .filter((part) => part !== '.' && part !== '');
    const last = tail.pop();
    if (last !== lastName(name)) return false;
    // Another name of the folders above the work tree is as good as theirs.
    if (/^(?:[\\/]|[A-Za-z]:)/.test(path)) return true;
    let folder = name.slice(0, name.lastIndexOf('/'));
    for (let part = tail.pop(); part !== undefined; part = tail.pop()) {
      if (lastName(folder) !== part) return this.#leadsTo(part, folder, tail.length);
      folder = folder.slice(0, folder.lastIndexOf('/'));
    }
    return true;
  }

  /** Whether a link of that name, or a name of Linux' include-prefixes before which nothing is left, leads to `folder`. */
  #leadsTo(name: string, folder: FileId, left: number): boolean {
    // `arm64/qcom/x.dtsi` is arch/arm64/boot/dts/qcom/x.dtsi.
    if (left === 0 && folder.toLowerCase().endsWith(`/arch/${name}/boot/dts`)) return true;
    return [...(this.#linkedFolders.get(name) ?? [])].some(
      (link) => this.#links.get(link)?.target === folder,
    );
  }
}

/**
 * A board that may be U-Boot's, as its folder tells, is read with the file of its name behind it; where there is none, nothing is
 * meant by it.
 */
function withAdded(file: FileId, read: Indexed): Indexed {
  if (!/\/(?:arch\/[^/]+\/dts|dts\/upstream\/src)\/(?:[^/]+\/)*[^/]+\.dts$/.test(file)) return read;
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.dts$/, '-u-boot.dtsi');
  const added: WrittenInclude = { path: intern(name), search: 'anywhere', isPlain: true };
  return { ...read, includes: [...read.includes, added] };
}

/**
 * Folders of boards that are far from `file` and may read it all the same: U-Boot's own files for boards of dts/upstream lie in
 * arch/ARCHITECTURE/dts, those of arm64 in that of arm. Some may not exist.
 */
export function distantBoardFolders(file: FileId): FileId[] {
  const [, top, architecture] = /^([^]*)\/arch\/([^/]+)\/dts\/[^/]+-u-boot\.dtsi$/.exec(file) ?? [];
  if (top === undefined || architecture === undefined) return [];
  const names = architecture === 'arm' ? ['arm64', 'arm'] : [architecture];
  return names.map((name) => `${top}/dts/upstream/src/${name}`);
}

/** The folders above a file, outermost first. */
function prefixesOf(file: FileId): FileId[] {
  const prefixes: FileId[] = [];
  for (let end = file.indexOf('/', 1); end > 0; end = file.indexOf('/', end + 1))
    prefixes.push(file.slice(0, end));
  return prefixes;
}

function lastName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
}

function add(map: Map<string, Set<FileId>>, key: string, file: FileId): void {
  const set = map.get(key);
  if (set) set.add(file);
  else map.set(key, new Set([file]));
}
