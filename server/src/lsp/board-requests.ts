// How a board is to be analysed: settings, what other extensions were told, and what its work tree shows.

import type { BoardRequest } from '../analysis/analyze.ts';
import { contradictionsWithTree } from '../inputs/find-contradictions.ts';
import { placesIn } from '../inputs/json-places.ts';
import { wordFault, type FieldFault, type JsonFault, type ReadText } from '../inputs/read-json.ts';
import { readProfile, readProfileText } from '../inputs/read-profile.ts';
import { readProject } from '../inputs/read-project.ts';
import { wordTreeContradiction } from '../inputs/word-contradiction.ts';
import type { Board } from '../rules/board.ts';
import { LineIndex } from '../text/line-index.ts';
import { resolveName } from '../text/resolve-name.ts';
import type { FileSet, SourceFile } from '../text/source-file.ts';
import { spanOf } from '../tree/device-tree.ts';
import { readSeverities } from '../inputs/read-severities.ts';
import { parseTargets } from '../systems/targets.ts';
import { findIncludes, type FoundIncludes } from '../preprocess/find-includes.ts';
import { fileName, foldersAbove } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { FileFacts } from './file-facts.ts';
import type { Files } from './files.ts';
import type { ForeignSettings, Settings } from './settings.ts';

export interface BoardRequestsHost {
  readonly files: Files;
  readonly settings: Settings;
  readonly foreign: ForeignSettings;
  readonly folders: readonly FileId[];
  /** Tells the user that a setting cannot be used as it is. */
  complain(message: string): void;
  /** Shows what is wrong with a JSON file: what `by`, the file's text or a board, finds in it. */
  reportJson(source: SourceFile, by: string, faults: readonly JsonFault[]): void;
}

/** Makes requests, remembering which folders exist until `forget`. */
export class BoardRequests {
  readonly #host: BoardRequestsHost;
  #known: FileFacts | undefined;
  readonly #complaints = new Set<string>();
  /** The boot profiles by the boards that are booted with them, and their files. */
  readonly #profiles = new Map<
    FileId,
    { readonly profile: BootProfile; readonly source?: SourceFile }
  >();

  constructor(host: BoardRequestsHost) {
    this.#host = host;
  }

  forget(): void {
    this.#known = undefined;
    this.#complaints.clear();
  }

  /** The board that `dtmap.overlays`, or another extension's context, applies an overlay to. */
  baseOf(overlay: FileId): FileId | undefined {
    const pairs = [
      ...Object.entries(this.#host.settings.overlays),
      ...this.#host.foreign.contexts.map((each) => [each.dtsFile, each.overlays] as const),
    ];
    for (const [board, overlays] of pairs) {
      if (!overlays.some((path) => this.#places(overlay, path).includes(overlay))) continue;
      const base = this.#places(overlay, board).find(
        (each) => typeof this.#host.files.get(each) !== 'string',
      );
      if (base !== undefined) return base;
    }
    return undefined;
  }

  /** Whether `requestFor(root)` names an overlay, as far as settings say so. */
  isAppliedTo(overlay: FileId, root: FileId): boolean {
    return this.#overlaysOf(root).some((path) => this.#places(root, path).includes(overlay));
  }

  /** Tells what the tree of a board says otherwise than its boot profile, where the profile is written. */
  compareWithTree(root: FileId, { tree, excess }: Board, files: FileSet): void {
    const { profile, source: written } = this.#profiles.get(root) ?? {};
    if (profile === undefined) return;
    const found = excess ? [] : contradictionsWithTree(profile, tree);
    const faults = found.map((each): FieldFault => {
      const { file, start } = spanOf(each.at);
      const source = files.get(file);
      const { line, column } = new LineIndex(
        typeof source === 'string' ? '' : source.text,
      ).positionAt(start);
      const place = `${fileName(file)}:${line}:${column}`;
      return { path: each.path, because: wordTreeContradiction(each, place) };
    });
    if (written === undefined) {
      for (const fault of faults) this.#complain(`dtmap.bootProfile: ${wordFault(fault)}.`);
      return;
    }
    const places = placesIn(written.text);
    this.#host.reportJson(
      written,
      root,
      faults.map(({ path, because }) => ({ path, because, at: places.valueAt(path) })),
    );
  }

  async requestFor(root: FileId): Promise<BoardRequest> {
    await this.#checkProjects(root);
    const settings = this.#host.settings;
    const foreign = this.#host.foreign;
    const context = this.#contextOf(root);
    const found = await this.#includesOf(root);
    const { targets, unknown } = parseTargets(settings.targets);
    for (const each of unknown)
      this.#complain(
        `dtmap.targets: "${each.name}" is not known; known are ${each.known.join(', ')}.`,
      );
    const { severities, faults } = readSeverities(settings.severity);
    for (const fault of faults) this.#complain(`dtmap.severity: ${fault}.`);
    const named = [
      ...settings.includePaths,
      ...(context?.includePaths ?? []),
      ...foreign.includePaths,
    ].flatMap((path) => this.#places(root, path));
    return {
      root,
      overlays: await this.#existing(
        this.#overlaysOf(root).map((path) => this.#places(root, path)),
      ),
      preprocessor: {
        includePaths: [...new Set([...(await this.#existingOf(named)), ...found.folders.keys()])],
        defines: new Map([...found.defines, ...Object.entries(settings.defines)]),
        ...(found.includeLast.length > 0 ? { includeLast: found.includeLast } : {}),
      },
      readBy: found.readBy,
      facts: [{ basis: 'given', profile: await this.#profile(root, settings.bootProfile) }],
      targets,
      rules: new Map(Object.entries(severities)),
    };
  }

  /** The folder of bindings that the settings name; an empty name for that of the work tree, undefined for none. */
  bindingsFolderOf(root: FileId): FileId | undefined {
    const bindings = this.#host.settings['bindings.dir'];
    return bindings === undefined || bindings === '' ? bindings : this.#places(root, bindings)[0];
  }

  #contextOf(root: FileId): ForeignSettings['contexts'][number] | undefined {
    return this.#host.foreign.contexts.find((each) =>
      this.#places(root, each.dtsFile).includes(root),
    );
  }

  /** As settings write them. */
  #overlaysOf(root: FileId): string[] {
    return [
      ...Object.entries(this.#host.settings.overlays)
        .filter(([board]) => isNamed(root, board))
        .flatMap(([, list]) => list),
      ...(this.#contextOf(root)?.overlays ?? []),
    ];
  }

  /** Where a path of a setting may be: below the workspace folder that holds the board, then below the others. */
  #places(root: FileId, path: string): FileId[] {
    const folders = this.#host.folders;
    const own = folders.filter((folder) => root.startsWith(`${folder}/`));
    const bases =
      own.length + folders.length > 0 ? [...own, ...folders] : foldersAbove(root).slice(0, 1);
    return [
      ...new Set(
        bases.map((folder) =>
          resolveName(path.replace(/^\$\{workspaceFolder\}(?:[\\/]|$)/, './'), folder, 'anywhere'),
        ),
      ),
    ];
  }

  /** Asks what the search for includes wants to know until it wants to know no more. */
  async #includesOf(root: FileId): Promise<FoundIncludes> {
    const facts = this.#facts;
    for (;;) {
      const found = findIncludes(root, facts);
      if (!(await facts.lookUp())) return found;
    }
  }

  async #profile(root: FileId, given: unknown): Promise<BootProfile> {
    this.#profiles.delete(root);
    if (given === null || given === undefined) return {};
    if (typeof given !== 'string') {
      const read = readProfile(given);
      if (!read.ok) this.#complain(`dtmap.bootProfile: ${read.because}`);
      const profile = read.ok ? read.value : {};
      this.#profiles.set(root, { profile });
      return profile;
    }
    const [file] = await this.#existing([this.#places(root, given)]);
    const source = file === undefined ? undefined : await this.#sourceOf(file);
    if (source === undefined) {
      this.#complain(`dtmap.bootProfile: ${given} cannot be read.`);
      return {};
    }
    const profile = this.#report(source, readProfileText);
    if (profile.ok) {
      this.#profiles.set(root, { profile: profile.value, source });
      return profile.value;
    }
    const [fault] = profile.faults;
    const { line, column } = new LineIndex(source.text).positionAt(fault.at.start);
    this.#complain(`dtmap.bootProfile: ${given}:${line}:${column}: ${wordFault(fault)}`);
    return {};
  }

  /** What a JSON file says; what is wrong with it is shown in the file. */
  #report<T>(source: SourceFile, read: (text: string) => ReadText<T>): ReadText<T> {
    const result = read(source.text);
    this.#host.reportJson(source, '', result.ok ? [] : result.faults);
    return result;
  }

  /** Shows what is wrong with the settings of the command line for a board, and with the boot profile they name. */
  async #checkProjects(root: FileId): Promise<void> {
    for (const folder of foldersAbove(root)) {
      if (!this.#host.folders.some((each) => folder === each || folder.startsWith(`${each}/`)))
        return;
      const file = `${folder}/dtmap.json`;
      const source = (await this.#has(file)) ? await this.#sourceOf(file) : undefined;
      if (source === undefined) continue;
      const project = this.#report(source, readProject);
      const named = project.ok ? project.value.bootProfile : undefined;
      if (typeof named !== 'string') continue;
      const profile = resolveName(named, folder, 'anywhere');
      const text = (await this.#has(profile)) ? await this.#sourceOf(profile) : undefined;
      if (text !== undefined) this.#report(text, readProfileText);
    }
  }

  async #textOf(file: FileId): Promise<string | undefined> {
    return (await this.#sourceOf(file))?.text;
  }

  async #sourceOf(file: FileId): Promise<SourceFile | undefined> {
    const { files } = this.#host;
    if (files.get(file) === 'not-loaded') await files.load([file]);
    const source = files.get(file);
    return typeof source === 'string' ? undefined : source;
  }

  /** The first of each list of candidates that exists. */
  async #existing(lists: readonly (readonly FileId[])[]): Promise<FileId[]> {
    const found: FileId[] = [];
    for (const candidates of lists) {
      for (const candidate of candidates) {
        if (!(await this.#has(candidate))) continue;
        found.push(candidate);
        break;
      }
    }
    return [...new Set(found)];
  }

  async #existingOf(candidates: readonly FileId[]): Promise<FileId[]> {
    const unique = [...new Set(candidates)];
    const there = await Promise.all(unique.map((each) => this.#has(each)));
    return unique.filter((_, index) => there[index]);
  }

  get #facts(): FileFacts {
    return (this.#known ??= new FileFacts(this.#host.files));
  }

  #has(path: FileId): Promise<boolean> {
    return this.#facts.find(path);
  }

  #complain(message: string): void {
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    this.#host.complain(message);
  }
}

/** Whether a setting that names a board by its path, or by the end of it, means `root`. */
function isNamed(root: FileId, board: string): boolean {
  const name = resolveName(board, '', 'anywhere');
  return root === name || (name.startsWith('/') && root.endsWith(name));
}
