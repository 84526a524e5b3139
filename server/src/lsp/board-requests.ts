// How a board is to be analysed: settings, what other extensions were told, and what its work tree shows.

import { analyze, type BoardRequest } from '../analysis/analyze.ts';
import { readBootInputs, type BootInputs } from '../boot-files/boot-inputs.ts';
import { Failure } from '../boot-files/failure.ts';
import { shownPath } from '../boot-files/named-files.ts';
import { readGuests } from '../boot-files/read-guests.ts';
import { withoutRecorded } from '../ide/baseline.ts';
import { listSettings, type ListedSetting } from '../ide/list-settings.ts';
import { readBaseline, type RecordedFinding } from '../inputs/read-baseline.ts';
import { contradictionsWithTree } from '../inputs/find-contradictions.ts';
import {
  placesInText,
  wordFault,
  type FieldFault,
  type JsonFault,
  type Read,
} from '../inputs/read-json.ts';
import {
  findProject,
  loadProject,
  type LoadedProject,
  type ProjectFault,
  type SettingPlace,
} from '../inputs/load-project.ts';
import { readProfile, readProfileText } from '../inputs/read-profile.ts';
import { wordTreeContradiction } from '../inputs/word-contradiction.ts';
import type { Board } from '../rules/board.ts';
import { LineIndex } from '../text/line-index.ts';
import { resolveName } from '../text/resolve-name.ts';
import type { Finding } from '../rules/finding.ts';
import { writtenSpan, type Appendix } from '../text/append-text.ts';
import { folderOf, relativePath } from '../text/join-path.ts';
import type { FileSet, SourceFile } from '../text/source-file.ts';
import { spanOf, type DeviceTree } from '../tree/device-tree.ts';
import { readSeverities } from '../inputs/read-severities.ts';
import { defaultTargets, parseTargets, wordUnknownTarget } from '../systems/targets.ts';
import type { TreeFacts } from '../preprocess/look.ts';
import type { PreprocessCache } from '../preprocess/preprocess.ts';
import { findIncludes, type FoundIncludes } from '../preprocess/find-includes.ts';
import { isOverlayFile } from '../ide/include-index.ts';
import { fileName, foldersAbove } from '../ide/paths.ts';
import type { FileId, Span } from '../text/span.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { FileFacts } from './file-facts.ts';
import type { BoardReading } from './board-reading.ts';
import type { Files } from './files.ts';
import { LayeredFiles } from './layered-files.ts';
import type { ForeignSettings, Settings } from './settings.ts';

export interface BoardRequestsHost {
  readonly files: Files;
  readonly settings: Settings;
  readonly foreign: ForeignSettings;
  readonly folders: readonly FileId[];
  /** Whether files that a `dtmap.json` names may be read. */
  readonly isTrusted: boolean;
  /** What analyses share. */
  readonly cache: PreprocessCache;
  /** Tells the user that a setting cannot be used as it is. */
  complain(message: string): void;
  /** Asks to be told when a file that is no source changes. */
  watch(file: FileId): void;
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
    { readonly profile: BootProfile; readonly sources: readonly SettingPlace[] }
  >();
  /** The baselines by the boards that they are for. */
  readonly #baselines = new Map<
    FileId,
    { readonly file: FileId; readonly recorded: readonly RecordedFinding[] }
  >();
  /** The targets by the boards that are checked against them. */
  readonly #targets = new Map<FileId, readonly string[]>();
  /** The folders of bindings that `dtmap.json` names, by the boards that are checked against them. */
  readonly #bindings = new Map<FileId, FileId>();
  /** The overlays that `dtmap.json` applies, by the boards that were asked for. */
  readonly #applied = new Map<FileId, readonly FileId[]>();
  /** Files of settings that requests were made from. */
  readonly #read = new Set<FileId>();

  constructor(host: BoardRequestsHost) {
    this.#host = host;
  }

  readonly #readings = new Map<FileId, BoardReading>();

  /** How the last request for a root came about. */
  readingOf(root: FileId): BoardReading | undefined {
    return this.#readings.get(root);
  }

  forget(): void {
    this.#known = undefined;
    this.#complaints.clear();
    this.#read.clear();
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
    return (
      this.#applied.get(root)?.includes(overlay) === true ||
      this.#overlaysOf(root).some((path) => this.#places(root, path).includes(overlay))
    );
  }

  /** Tells what the tree of a board says otherwise than its boot profile, where the profile is written. */
  compareWithTree(root: FileId, { tree, excess }: Board, files: FileSet): void {
    const { profile, sources = [] } = this.#profiles.get(root) ?? {};
    if (profile === undefined) return;
    const found = excess ? [] : contradictionsWithTree(profile, tree);
    let faults = found.map((each): FieldFault => {
      const { file, start } = spanOf(each.at);
      const source = files.get(file);
      const { line, column } = new LineIndex(
        typeof source === 'string' ? '' : source.text,
      ).positionAt(start);
      const place = `${fileName(file)}:${line}:${column}`;
      return { path: each.path, because: wordTreeContradiction(each, place) };
    });
    for (const { file, within } of sources) {
      const written = this.#host.files.get(file);
      if (typeof written === 'string') continue;
      const places = placesInText(written.text);
      const own = faults.filter(({ path }) => places.has([...within, ...path]));
      this.#host.reportJson(
        written,
        root,
        own.map(({ path, because }) => ({
          path: [...within, ...path],
          because,
          at: places.valueAt([...within, ...path]),
        })),
      );
      faults = faults.filter((each) => !own.includes(each));
    }
    for (const fault of faults) this.#complain(`dtmap.bootProfile: ${wordFault(fault)}.`);
  }

  /** The targets that a board is checked against, as settings name them; those of the settings before it was asked for. */
  targetsOf(root: FileId | undefined): readonly string[] {
    const { targets } = this.#host.settings;
    return (
      (root === undefined ? undefined : this.#targets.get(root)) ??
      (targets.length > 0 ? targets : defaultTargets)
    );
  }

  /** Every setting that holds for a board; with the text and the span of those that are written in a file. */
  async listSettings(
    root: FileId,
  ): Promise<
    readonly (ListedSetting & { readonly source?: SourceFile; readonly at?: JsonFault['at'] })[]
  > {
    const project = await this.#projectOf(root);
    const { targets, includePaths, defines, severity } = this.#host.settings;
    const rows = listSettings(
      project,
      {
        targets,
        includePaths: await this.#existingOf(
          includePaths.flatMap((path) => this.#places(root, path)),
        ),
        defines: Object.entries(defines),
        overlays: await this.#existing(
          this.#overlaysOf(root).map((path) => this.#places(root, path)),
        ),
        guests: [],
        bootScripts: [],
        profile: (await this.#chosenProfile(root)).profile,
        severity: Object.entries(readSeverities(severity).severities),
      },
      (file) => file,
    );
    return Promise.all(
      rows.map(async (row) => {
        if (typeof row.from === 'string') return row;
        const source = await this.#sourceOf(row.from.file);
        return source
          ? { ...row, source, at: placesInText(source.text).valueAt(row.from.within) }
          : row;
      }),
    );
  }

  /** What of the findings of a board is to be said: not what the baseline of its `dtmap.json` records. */
  withoutRecorded(root: FileId, board: Board, findings: readonly Finding[]): readonly Finding[] {
    const baseline = this.#baselines.get(root);
    if (!baseline) return findings;
    const folder = folderOf(baseline.file);
    return withoutRecorded(board, findings, baseline.recorded, ({ at }) => {
      const { file } = writtenSpan(board.files, at);
      return relativePath(folder, file) ?? file;
    }).findings;
  }

  /** Whether requests were made from a file that is no devicetree source. */
  reads(file: FileId): boolean {
    return this.#read.has(file);
  }

  async requestFor(root: FileId): Promise<BoardRequest> {
    const project = await this.#projectOf(root);
    await this.#readBaseline(root, project?.baseline);
    const settings = this.#host.settings;
    const foreign = this.#host.foreign;
    const context = this.#contextOf(root);
    const found = await this.#includesOf(root);
    const named =
      settings.targets.length > 0 ? settings.targets : (project?.targets ?? defaultTargets);
    this.#targets.set(root, named);
    if (project?.bindings === undefined) this.#bindings.delete(root);
    else this.#bindings.set(root, project.bindings);
    const { targets, unknown } = parseTargets(named);
    for (const each of settings.targets.length > 0 ? unknown : [])
      this.#complain(`dtmap.targets: ${each.name}: ${wordUnknownTarget(each)}`);
    const { severities, faults } = readSeverities(settings.severity);
    for (const fault of faults) this.#complain(`dtmap.severity: ${fault}`);
    const folders = new Map<FileId, string>();
    for (const [setting, paths] of [
      ['dtmap.includePaths', settings.includePaths.flatMap((path) => this.#places(root, path))],
      ['dtmap.json', project?.includePaths ?? []],
      [
        'devicetree.contexts',
        (context?.includePaths ?? []).flatMap((path) => this.#places(root, path)),
      ],
      [
        'devicetree.defaultIncludePaths',
        foreign.includePaths.flatMap((path) => this.#places(root, path)),
      ],
    ] as const)
      for (const path of paths) if (!folders.has(path)) folders.set(path, setting);
    const existing = await this.#existingOf([...folders.keys()]);
    const overlays = [
      ...new Set([
        ...(project?.overlays ?? []),
        ...(await this.#existing(this.#overlaysOf(root).map((path) => this.#places(root, path)))),
      ]),
    ];
    const { profile, shown } = await this.#profileOf(root, project);
    this.#readings.set(root, {
      found,
      named: new Map(existing.map((folder) => [folder, folders.get(folder) ?? ''])),
      overlays,
      profile: shown,
    });
    const request: BoardRequest = {
      root,
      overlays,
      preprocessor: {
        includePaths: [...new Set([...existing, ...found.folders.keys()])],
        defines: new Map([
          ...found.defines,
          ...Object.entries(project?.defines ?? {}),
          ...Object.entries(settings.defines),
        ]),
        ...(found.includeLast.length > 0 ? { includeLast: found.includeLast } : {}),
      },
      readBy: found.readBy,
      facts: [{ basis: 'given', profile }],
      targets,
      rules: new Map(Object.entries({ ...project?.severity, ...severities })),
    };
    return project ? this.#withBootFiles(request, project, named) : request;
  }

  /** A request with what the boot script and the guests of `dtmap.json` say; why one cannot be read is shown there. */
  async #withBootFiles(
    request: BoardRequest,
    project: LoadedProject,
    targets: readonly string[],
  ): Promise<BoardRequest> {
    const { bootScript, guests } = project;
    if (bootScript === undefined && guests.length === 0) return request;
    const { files, cache } = this.#host;
    const { root, preprocessor } = request;
    for (const file of [bootScript ?? [], guests].flat()) this.#reads(file);
    for (;;) {
      const layered = new LayeredFiles(files);
      const treeBefore = (): DeviceTree | undefined => {
        const analysis = analyze({ ...request, facts: [], targets: [] }, layered, cache);
        return analysis.kind === 'complete' && !analysis.board.map.unread
          ? analysis.board.tree
          : undefined;
      };
      const host = { files: layered, cwd: folderOf(project.files[0] ?? root) };
      const { profile, sources = [] } = this.#profiles.get(root) ?? { profile: {} };
      const settings = {
        profile,
        profileSources: sources,
        targets,
        ...(bootScript === undefined ? {} : { bootScripts: [bootScript] }),
      };
      const inputs = orFailure(() => readBootInputs(host, root, false, settings, treeBefore));
      const loads = inputs.ok ? inputs.value.loads : [];
      const read = orFailure(() =>
        readGuests(layered, guests, loads, preprocessor, cache, (file) => shownPath(host, file)),
      );
      if (layered.wanted.length > 0) {
        await files.load(layered.wanted);
        continue;
      }
      await this.#showFailure(root, project, 'bootScript', inputs);
      await this.#showFailure(root, project, 'guests', read);
      return {
        ...request,
        ...(inputs.ok ? partsOf(request, inputs.value, layered) : {}),
        ...(read.ok && read.value.length > 0 ? { guests: read.value } : {}),
      };
    }
  }

  async #readBaseline(root: FileId, file: FileId | undefined): Promise<void> {
    this.#baselines.delete(root);
    if (file === undefined) return;
    this.#reads(file);
    const source = await this.#sourceOf(file);
    if (!source) return;
    const read = readBaseline(source.text);
    this.#host.reportJson(source, '', read.ok ? [] : read.faults);
    if (read.ok) this.#baselines.set(root, { file, recorded: read.value });
  }

  async #showFailure(
    root: FileId,
    { places }: LoadedProject,
    field: string,
    result: Read<unknown>,
  ): Promise<void> {
    const place = places.get(field);
    const source = place && (await this.#sourceOf(place.file));
    if (!place || !source) return;
    const at = placesInText(source.text).valueAt(place.within);
    const faults = result.ok ? [] : [{ path: [field], because: result.because, at }];
    this.#host.reportJson(source, `${field} of ${root}`, faults);
  }

  /** The folder of bindings that the settings name; an empty name for that of the work tree, undefined for none. */
  bindingsFolderOf(root: FileId): FileId | undefined {
    const bindings = this.#host.settings['bindings.dir'];
    if (bindings === '') return this.#bindings.get(root) ?? '';
    return bindings === undefined ? undefined : this.#places(root, bindings)[0];
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

  /** The boot profile of the settings over that of `dtmap.json`, field by field. */
  async #profileOf(
    root: FileId,
    project: LoadedProject | undefined,
  ): Promise<{ readonly profile: BootProfile; readonly shown: BoardReading['profile'] }> {
    this.#profiles.delete(root);
    const chosen = await this.#chosenProfile(root);
    const profile = { ...project?.bootProfile, ...chosen.profile };
    const sources: SettingPlace[] = [
      ...(chosen.file === undefined ? [] : [{ file: chosen.file, within: [] }]),
      ...(project?.profileSource ? [project.profileSource] : []),
    ];
    const isThere = Object.keys(profile).length > 0;
    if (isThere) this.#profiles.set(root, { profile, sources });
    const [from] = sources;
    const shown =
      isThere || chosen.isFaulty === true
        ? { ...(from && { file: from.file }), isFaulty: chosen.isFaulty === true }
        : undefined;
    return { profile, shown };
  }

  async #chosenProfile(root: FileId): Promise<{
    readonly profile: BootProfile;
    readonly file?: FileId;
    readonly isFaulty?: boolean;
  }> {
    const given = this.#host.settings.bootProfile;
    if (given === null || given === undefined) return { profile: {} };
    if (typeof given !== 'string') {
      const read = readProfile(given);
      if (!read.ok) this.#complain(`dtmap.bootProfile: ${read.because}`);
      return { profile: read.ok ? read.value : {} };
    }
    const [file] = await this.#existing([this.#places(root, given)]);
    const source = file === undefined ? undefined : await this.#sourceOf(file);
    if (file === undefined || source === undefined) {
      this.#complain(`dtmap.bootProfile: ${given} cannot be read.`);
      return { profile: {} };
    }
    // What is wrong with it is shown in the file.
    const read = readProfileText(source.text);
    this.#host.reportJson(source, '', read.ok ? [] : read.faults);
    this.#reads(file);
    return { profile: read.ok ? read.value : {}, file, isFaulty: !read.ok };
  }

  /** The settings of the nearest `dtmap.json`; what is wrong with it, and with files that it names, is shown in them. */
  async #projectOf(root: FileId): Promise<LoadedProject | undefined> {
    const facts = this.#facts;
    for (;;) {
      const file = findProject(root, facts);
      const project =
        file === undefined
          ? undefined
          : this.#host.isTrusted
            ? loadProject(file, facts)
            : loadAlone(file, facts);
      if (await facts.lookUp()) continue;
      if (project) await this.#showFaults(project);
      const own = project && projectFor(root, project);
      this.#applied.set(root, own?.overlays ?? []);
      return own;
    }
  }

  async #showFaults({ files, profileSource, faults }: LoadedProject): Promise<void> {
    const byFile = new Map<FileId, ProjectFault[]>();
    for (const file of [...files, ...(profileSource ? [profileSource.file] : [])])
      byFile.set(file, []);
    for (const fault of faults) byFile.set(fault.file, [...(byFile.get(fault.file) ?? []), fault]);
    for (const [file, own] of byFile) {
      this.#reads(file);
      const source = await this.#sourceOf(file);
      if (source)
        this.#host.reportJson(
          source,
          '',
          own.map(({ fault }) => fault),
        );
    }
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

  #reads(file: FileId): void {
    this.#read.add(file);
    this.#host.watch(file);
  }

  #complain(words: string): void {
    const message = /[.?]$/.test(words) ? words : `${words}.`;
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    this.#host.complain(message);
  }
}

/** The settings for a root: overlays and scripts edit the board that they are for; an overlay by itself is none. */
function projectFor(root: FileId, project: LoadedProject): LoadedProject {
  if (!isOverlayFile(root)) return project;
  const own: { -readonly [Key in keyof LoadedProject]: LoadedProject[Key] } = {
    ...project,
    overlays: [],
  };
  delete own.bootScript;
  return own;
}

/** What a `dtmap.json` says by itself, as if nothing were there that it names; of that nothing is told. */
function loadAlone(file: FileId, facts: TreeFacts): LoadedProject {
  const project = loadProject(file, {
    exists: (id) => id === file,
    namesIn: () => [],
    textOf: (id) => (id === file ? facts.textOf(id) : undefined),
  });
  return { ...project, faults: project.faults.filter(({ isUnreadable }) => !isUnreadable) };
}

/** The value, or why there is none. */
function orFailure<Value>(make: () => Value): Read<Value> {
  try {
    return { ok: true, value: make() };
  } catch (error) {
    if (error instanceof Failure) return { ok: false, because: error.message };
    throw error;
  }
}

/** What a boot script adds to the request of a board. */
function partsOf(
  { root, overlays: chosen }: BoardRequest,
  { facts, loads, overlays, made, loaderChanges }: BootInputs,
  files: LayeredFiles,
): Partial<BoardRequest> {
  const [edits] = made.filter(({ file }) => file === root);
  const source = files.get(root);
  const appendix: Appendix | undefined =
    edits && typeof source !== 'string'
      ? {
          file: root,
          text: source.text.slice(edits.from),
          originOf(offset) {
            const { file, line } = edits.originOf(offset);
            return lineSpan(files, file, line);
          },
        }
      : undefined;
  return {
    facts,
    ...(loads.length > 0 ? { loads } : {}),
    ...(loaderChanges ? { loaderChanges } : {}),
    ...(appendix ? { appendix } : {}),
    ...(overlays.length > 0 ? { overlays: [...chosen, ...overlays] } : {}),
  };
}

/** A line of a file without its end; the start of a file that has none. */
function lineSpan(files: FileSet, file: FileId, line: number): Span {
  const source = files.get(file);
  if (typeof source === 'string' || line === 0) return { file, start: 0, end: 0 };
  const start = new LineIndex(source.text).offsetAt({ line, column: 1 });
  const newline = source.text.indexOf('\n', start);
  return { file, start, end: newline < 0 ? source.text.length : newline };
}

/** Whether a setting that names a board by its path, or by the end of it, means `root`. */
function isNamed(root: FileId, board: string): boolean {
  const name = resolveName(board, '', 'anywhere');
  return root === name || (name.startsWith('/') && root.endsWith(name));
}
