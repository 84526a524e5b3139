// Reads the `dtmap.json` of a board and those it extends as one: the settings that the command line and the editor share.

import type { BootProfile } from '../facts/boot-profile.ts';
import type { TreeFacts } from '../preprocess/look.ts';
import { parseTargets, wordUnknownTarget } from '../systems/targets.ts';
import { folderOf, joinPath, lastNameOf } from '../text/join-path.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { resolveName } from '../text/resolve-name.ts';
import type { FileId } from '../text/span.ts';
import type { JsonPath } from './json-places.ts';
import { placesInText, type JsonFault } from './read-json.ts';
import { readProfileFields, readProfileText } from './read-profile.ts';
import { readProjectPart, type Project } from './read-project.ts';

/** Where a setting is written: a field of a JSON file. */
export interface SettingPlace {
  readonly file: FileId;
  readonly within: JsonPath;
}

/** What is wrong with a file, at its place. */
export interface ProjectFault {
  readonly file: FileId;
  /** Of the file; empty when it cannot be read. */
  readonly text: string;
  readonly fault: JsonFault;
  /** Whether it is that a file or folder which is named cannot be read. */
  readonly isUnreadable?: true;
}

/** The settings of a `dtmap.json` over those it extends; every path is absolute, and what is wrong is left out. */
export interface LoadedProject {
  /** The file itself, then those that it extends. */
  readonly files: readonly FileId[];
  readonly includePaths: readonly FileId[];
  readonly defines: Readonly<Record<string, string>>;
  readonly targets?: readonly string[];
  readonly overlays: readonly FileId[];
  readonly guests: readonly FileId[];
  readonly bootProfile?: BootProfile;
  /** Where the fields of the boot profile are written. */
  readonly profileSource?: SettingPlace;
  readonly bootScript?: FileId;
  readonly severity: NonNullable<Project['severity']>;
  readonly maxWarnings?: number;
  readonly baseline?: FileId;
  /** The folder of bindings. */
  readonly bindings?: FileId;
  /** Where each setting that has a value is written, by its name: `targets`, `severity.reg-length`, `defines.X`. */
  readonly places: ReadonlyMap<string, SettingPlace>;
  /** By place in its file, the first first; those of the file itself before those of other files. */
  readonly faults: readonly ProjectFault[];
}

/** What the search asks of the disk, with why a file that is there cannot be read. */
export interface ProjectFacts extends TreeFacts {
  becauseOf?(id: FileId): string | undefined;
}

/** Files in a chain of `extends`: more is a mistake. */
const DEEPEST_EXTENDS = 100;

/** `dtmap.json` in the folder of `board` or the nearest one above; undefined without one. */
export function findProject(board: FileId, facts: Pick<TreeFacts, 'exists'>): FileId | undefined {
  for (let folder = folderOf(board); ; folder = folderOf(folder)) {
    const file = joinPath(folder, 'dtmap.json');
    if (facts.exists(file)) return file;
    if (folder === folderOf(folder)) return undefined;
  }
}

/**
 * The settings of `file`. What it names and is not there is a fault of the field; `mayLack` are fields that may name a file that
 * comes later.
 */
export function loadProject(
  file: FileId,
  facts: ProjectFacts,
  mayLack: readonly (keyof Project)[] = [],
): LoadedProject {
  return new Loading(facts, mayLack).load(file);
}

/** One file as it was read. */
interface Part {
  readonly own: Project;
  readonly bases: readonly FileId[];
}

const FIELDS_WITH_FILES = ['overlays', 'guests', 'bootScript', 'baseline'] as const;

class Loading {
  readonly #facts: ProjectFacts;
  readonly #mayLack: readonly (keyof Project)[];
  readonly #parts = new Map<FileId, Part>();
  readonly #faults: ProjectFault[] = [];
  readonly #profiles = new Map<FileId, BootProfile>();

  constructor(facts: ProjectFacts, mayLack: readonly (keyof Project)[]) {
    this.#facts = facts;
    this.#mayLack = mayLack;
  }

  load(file: FileId): LoadedProject {
    this.#read(file, new Set());
    const ordered = this.#inOrder(file);
    const files = ordered.toReversed();
    const rank = (each: ProjectFault): number => {
      const index = files.indexOf(each.file);
      return index < 0 ? files.length : index;
    };
    const faults = this.#faults.toSorted(
      (a, b) => rank(a) - rank(b) || a.fault.at.start - b.fault.at.start,
    );
    return { ...this.#joined(ordered), files, faults };
  }

  /** Reads a file and those it extends; each once. */
  #read(file: FileId, above: ReadonlySet<FileId>): void {
    const read = this.#facts.textOf(file);
    const text = read ?? '';
    if (read === undefined) {
      const because = this.#facts.becauseOf?.(file) ?? 'cannot be read';
      const fault = { path: [], because, at: { start: 0, end: 0 } };
      this.#faults.push({ file, text, fault });
      this.#parts.set(file, { own: {}, bases: [] });
      return;
    }
    const { value: own, faults } = readProjectPart(text);
    for (const fault of faults) this.#faults.push({ file, text, fault });
    const folder = folderOf(file);
    const resolve = (name: string): FileId => resolveName(name, folder, 'anywhere');
    const wrong = (path: JsonPath, because: string): void => {
      this.#faults.push({ file, text, fault: faultIn(text, path, because) });
    };
    const unreadable = (path: JsonPath, because: string): void => {
      this.#faults.push({ file, text, fault: faultIn(text, path, because), isUnreadable: true });
    };
    const bases: FileId[] = [];
    for (const [path, name] of entriesOf('extends', own.extends)) {
      const base = resolve(name);
      const why = this.#whyNot(base, 'file');
      if (why !== undefined) unreadable(path, why);
      else if (base === file || above.has(base)) wrong(path, 'extends itself');
      else if (above.size >= DEEPEST_EXTENDS)
        wrong(path, `is extended through more than ${DEEPEST_EXTENDS} files`);
      else bases.push(base);
    }
    const { targets, includePaths, bootProfile } = own;
    for (const [index, name] of (targets ?? []).entries()) {
      const [unknown] = parseTargets([name]).unknown;
      if (unknown) wrong(['targets', String(index)], wordUnknownTarget(unknown));
    }
    for (const [path, name] of entriesOf('includePaths', includePaths)) {
      const why = this.#whyNot(resolve(name), 'folder');
      if (why !== undefined) unreadable(path, why);
    }
    for (const field of FIELDS_WITH_FILES) {
      if (this.#mayLack.includes(field)) continue;
      for (const [path, name] of entriesOf(field, own[field])) {
        const why = this.#whyNot(resolve(name), 'file');
        if (why !== undefined) unreadable(path, why);
      }
    }
    if (own.bindings?.dir !== undefined) {
      const why = this.#whyNot(resolve(own.bindings.dir), 'folder');
      if (why !== undefined) unreadable(['bindings', 'dir'], why);
    }
    if (typeof bootProfile === 'string') {
      const why = this.#whyNot(resolve(bootProfile), 'file');
      if (why === undefined) this.#readProfile(resolve(bootProfile));
      else unreadable(['bootProfile'], why);
    }
    this.#parts.set(file, { own: this.#absolute(own, resolve), bases });
    const below = new Set([...above, file]);
    for (const base of bases) if (!this.#parts.has(base)) this.#read(base, below);
  }

  #readProfile(file: FileId): void {
    if (this.#profiles.has(file)) return;
    const text = this.#facts.textOf(file) ?? '';
    const read = readProfileText(text);
    this.#profiles.set(file, read.ok ? read.value : {});
    if (!read.ok) for (const fault of read.faults) this.#faults.push({ file, text, fault });
  }

  /** Why what a field names is of no use, with the name beside it that is nearest. */
  #whyNot(id: FileId, kind: 'file' | 'folder'): string | undefined {
    if (this.#facts.exists(id)) {
      if (kind === 'folder') return undefined;
      const because = this.#facts.becauseOf?.(id);
      return because ?? (this.#facts.textOf(id) === undefined ? 'cannot be read' : undefined);
    }
    const folder = folderOf(id);
    const names = this.#facts.exists(folder) ? this.#facts.namesIn(folder) : [];
    const fitting = names.filter((name) => name.endsWith('/') === (kind === 'folder'));
    return `no such ${kind}${didYouMean(
      lastNameOf(id),
      fitting.map((name) => name.replace(/\/$/, '')),
    )}`;
  }

  #absolute(project: Project, resolve: (name: string) => FileId): Project {
    const there = (names: readonly string[] | undefined): FileId[] =>
      (names ?? []).map(resolve).filter((id) => this.#facts.exists(id));
    const one = (name: string | undefined): FileId | undefined =>
      name === undefined ? undefined : resolve(name);
    const {
      bootProfile,
      bootScript: script,
      baseline: recorded,
      targets,
      bindings,
      ...rest
    } = project;
    const bootScript = one(script);
    const baseline = one(recorded);
    return {
      ...rest,
      ...(project.includePaths && { includePaths: there(project.includePaths) }),
      ...(project.overlays && { overlays: there(project.overlays) }),
      ...(project.guests && { guests: there(project.guests) }),
      ...(targets && {
        targets: targets.filter((name) => parseTargets([name]).unknown.length === 0),
      }),
      ...(bootProfile !== undefined && {
        bootProfile: typeof bootProfile === 'string' ? resolve(bootProfile) : bootProfile,
      }),
      ...(bootScript !== undefined && this.#facts.exists(bootScript) && { bootScript }),
      ...(baseline !== undefined && this.#facts.exists(baseline) && { baseline }),
      ...(bindings?.dir !== undefined &&
        this.#facts.exists(resolve(bindings.dir)) && { bindings: { dir: resolve(bindings.dir) } }),
    };
  }

  /** What is read last wins, so of a file that several extend only the last place counts. */
  #inOrder(file: FileId): FileId[] {
    const lastFirst = new Set<FileId>();
    const order = (each: FileId): void => {
      if (lastFirst.has(each)) return;
      lastFirst.add(each);
      for (const base of this.#parts.get(each)?.bases.toReversed() ?? []) order(base);
    };
    order(file);
    return [...lastFirst].reverse();
  }

  /** The files in one, the later ones over the earlier. */
  #joined(files: readonly FileId[]): Omit<LoadedProject, 'files' | 'faults'> {
    const places = new Map<string, SettingPlace>();
    const projects = files.map((file) => ({ file, own: this.#parts.get(file)?.own ?? {} }));
    for (const { file, own } of projects)
      for (const [name, value] of Object.entries(own)) {
        if (name === '$schema' || name === 'extends') continue;
        if (name === 'defines' || name === 'severity')
          for (const entry of Object.keys(value as object))
            places.set(`${name}.${entry}`, { file, within: [name, entry] });
        else places.set(name, { file, within: [name] });
      }
    const last = <Key extends keyof Project>(key: Key): Project[Key] | undefined =>
      projects.findLast(({ own }) => own[key] !== undefined)?.own[key];
    const { bootProfile, profileSource } = this.#profileOf(last('bootProfile'), places);
    const targets = last('targets');
    const overlays = last('overlays') ?? [];
    const guests = last('guests') ?? [];
    const bootScript = last('bootScript');
    const maxWarnings = last('maxWarnings');
    const baseline = last('baseline');
    const bindings = last('bindings')?.dir;
    return {
      includePaths: projects.toReversed().flatMap(({ own }) => own.includePaths ?? []),
      defines: Object.assign({}, ...projects.map(({ own }) => own.defines ?? {})) as Record<
        string,
        string
      >,
      severity: Object.assign({}, ...projects.map(({ own }) => own.severity ?? {})) as NonNullable<
        Project['severity']
      >,
      overlays,
      guests,
      ...(targets && { targets }),
      ...(bootProfile && { bootProfile }),
      ...(profileSource && { profileSource }),
      ...(bootScript !== undefined && { bootScript }),
      ...(maxWarnings !== undefined && { maxWarnings }),
      ...(baseline !== undefined && { baseline }),
      ...(bindings !== undefined && { bindings }),
      places,
    };
  }

  #profileOf(
    given: Project['bootProfile'],
    places: ReadonlyMap<string, SettingPlace>,
  ): Pick<LoadedProject, 'bootProfile' | 'profileSource'> {
    if (given === undefined) return {};
    if (typeof given === 'string') {
      const bootProfile = this.#profiles.get(given);
      return bootProfile ? { bootProfile, profileSource: { file: given, within: [] } } : {};
    }
    const read = readProfileFields(given);
    const profileSource = places.get('bootProfile');
    return read.ok ? { bootProfile: read.value, ...(profileSource && { profileSource }) } : {};
  }
}

/** The texts of a field that has one or several, each with its path. */
function entriesOf(
  field: string,
  value: string | readonly string[] | undefined,
): (readonly [JsonPath, string])[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [[[field], value]];
  return value.map((each, index) => [[field, String(index)], each]);
}

function faultIn(text: string, path: JsonPath, because: string): JsonFault {
  return { path, because, at: placesInText(text).valueAt(path) };
}
