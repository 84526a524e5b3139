// Opens boards: from an argument of the command line to an analysed board. One session shares its caches between boards.

import { analyze, type BoardRequest } from '../analysis/analyze.ts';
import { readBehind } from '../analysis/read-behind.ts';
import type { ReadTree } from '../analysis/read-tree.ts';
import { findIncludes } from '../preprocess/find-includes.ts';
import type { TreeFacts } from '../preprocess/look.ts';
import { contradictionsWithTree } from '../inputs/find-contradictions.ts';
import { wordTreeContradiction } from '../inputs/word-contradiction.ts';
import { PreprocessCache } from '../preprocess/preprocess.ts';
import type { Board } from '../rules/board.ts';
import type { Finding } from '../rules/finding.ts';
import type { FileId } from '../text/span.ts';
import { spanOf, type DeviceTree } from '../tree/device-tree.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import type { FactSource } from '../facts/gather-facts.ts';
import { SessionBindings } from './bindings-of.ts';
import { BoardIndex } from './board-index.ts';
import type { BootHost } from '../boot-files/boot-host.ts';
import { readBootInputs, type BootInputs } from '../boot-files/boot-inputs.ts';
import type { MadeText } from '../boot-files/made-text.ts';
import { Failure } from './failure.ts';
import { fatalProblem, noSource, problemText } from './fatal-problem.ts';
import { placeText } from './print-map.ts';
import { readGuests } from '../boot-files/read-guests.ts';
import { inflate } from './inflate.ts';
import { displayPath, Places, styleOf, type PathStyle } from './places.ts';
import type { BoardOptions } from './program.ts';
import { placeOfField } from '../boot-files/named-files.ts';
import { resolveFile, ruleSettings, targetsOf, type BoardSettings } from './settings.ts';
import type { Shell, ShellFiles } from './shell.ts';

/** What an argument names. */
export interface BoardFile {
  /** As typed. */
  readonly name: string;
  readonly file: FileId;
  /** The board it is read through: itself unless `--root` says otherwise. */
  readonly root: FileId;
  /** Of an overlay that is a part of its board's text: that board, which is read in front. */
  readonly behind?: FileId;
  readonly isBlob: boolean;
  readonly style: PathStyle;
}

export interface OpenBoard {
  readonly boardFile: BoardFile;
  readonly settings: BoardSettings;
  readonly request: BoardRequest;
  readonly board: Board;
  readonly findings: readonly Finding[];
  readonly places: Places;
  /** Text that was made from a boot script, in place of what a user wrote. */
  readonly made: readonly MadeText[];
  /** One sentence each, for standard error. */
  readonly remarks: readonly string[];
}

const STANDARD_INPUT = '<stdin>';

/** What reading the files beside a board needs. */
function bootHostOf({ files, cwd }: Shell): BootHost {
  return { files, cwd, inflate };
}

/** Whether bytes begin as a flattened devicetree does. */
export function isBlobBytes(bytes: Uint8Array): boolean {
  return bytes[0] === 0xd0 && bytes[1] === 0x0d && bytes[2] === 0xfe && bytes[3] === 0xed;
}

/** Text in which nothing was understood is no board: its map would be empty, which is worse than none. */
function stopWithoutTree(
  { tree }: Board,
  findings: readonly Finding[],
  places: Places,
  rootName: string,
  isSource: boolean,
): void {
  const { root, problems } = tree;
  if (root.children.length > 0 || root.properties.size > 0) return;
  const problem = problems.find(({ level }) => level === 'error');
  if (!problem) return;
  // A file that is something else is not quoted: it may be a secret.
  if (!isSource) throw new Failure(`${rootName}: ${noSource}`);
  const span = spanOf(problem.at);
  const why = findings.find(({ at }) => at.file === span.file && at.start === span.start);
  throw new Failure(
    `${placeText(places.placeOf(span))}: not devicetree source${why ? `: ${why.message}` : ''}`,
  );
}

/** What is given wins over the tree, so what cannot be true of it is refused, not followed. */
function stopAtContradiction(
  shell: Shell,
  { tree, excess }: Board,
  given: readonly FactSource[],
  { profileSources = [], xenImage }: BoardSettings,
  { places, byProgram }: { readonly places: Places; readonly byProgram: BootProfile },
): void {
  if (excess) return;
  const profiles = given.filter(({ basis }) => basis === 'given');
  for (const found of profiles.flatMap(({ profile }) => contradictionsWithTree(profile, tree))) {
    const field =
      placeOfField(shell, profileSources, found.path) ??
      (xenImage !== undefined && found.code === 'other-architecture'
        ? displayPath(xenImage, shell.cwd, 'relative')
        : undefined) ??
      (Object.keys(byProgram).includes(String(found.path[0]))
        ? `profile: ${found.path.join('.')}`
        : undefined);
    if (field === undefined) continue;
    const place = placeText(places.placeOf(spanOf(found.at)));
    throw new Failure(`${field}: ${wordTreeContradiction(found, place)}`);
  }
}

/** A map of the upper part of a tree would look like a map of the tree. */
function stopAtDepth({ tree }: Board, places: Places): void {
  const problem = tree.problems.find(({ facts }) => facts['because'] === 'nodes-too-deep');
  if (problem)
    throw new Failure(`${placeText(places.placeOf(spanOf(problem.at)))}: ${problemText(problem)}`);
}

/** An overlay of which nothing was understood is another file, named by mistake or by somebody else. */
function stopAtForeignOverlay(
  readings: readonly ReadTree[],
  nameOf: (file: FileId) => string,
): void {
  for (const { tree, source } of readings.slice(1)) {
    if (source === undefined || source.text.includes('/dts-v1/')) continue;
    if (tree.root.children.length === 0 && tree.root.properties.size === 0)
      throw new Failure(`${nameOf(source.root)}: ${noSource}`);
  }
}

/** Whether a file of which nothing was understood is source with mistakes, not something else. */
function isMeantAsSource({ source, tree }: Board, { isBlob }: BoardFile): boolean {
  if (isBlob || source === undefined) return false;
  return tree.root.openings.length > 0 || source.text.includes('/dts-v1/');
}

/** What the preprocessor cannot go on from must not pass as a clean board, even when every rule is switched off. */
function stopAtSilentProblem(
  { sources }: Board,
  findings: readonly Finding[],
  places: Places,
): void {
  for (const problem of sources.flatMap(({ problems }) => problems)) {
    const because = fatalProblem(problem);
    const { file, start } = problem.at;
    if (because === undefined) continue;
    if (findings.some(({ at }) => at.file === file && at.start <= start && start <= at.end))
      continue;
    throw new Failure(`${placeText(places.placeOf(problem.at))}: ${because}`);
  }
}

export class Session {
  readonly shell: Shell;
  #cache = new PreprocessCache();
  #input: Promise<Uint8Array> | undefined;
  readonly facts: TreeFacts;
  /** Which boards read a file. */
  readonly boards: BoardIndex;
  /** A boot profile that a program gives as a value: it wins over files. */
  readonly profile: BootProfile;
  readonly bindings: SessionBindings;

  constructor(shell: Shell, profile: BootProfile = {}) {
    this.shell = shell;
    this.profile = profile;
    this.facts = new DiskFacts(shell.files);
    this.boards = new BoardIndex(shell.files);
    this.bindings = new SessionBindings(shell);
  }

  /** What analyses share. */
  get cache(): PreprocessCache {
    return this.#cache;
  }

  /**
   * Forgets files, and what was made of them, once they have more than `most` bytes: whoever opens board after board calls
   * it in between, and common include files are then read again now and then. Whether it did.
   */
  forgetBeyond(most: number): boolean {
    const { files } = this.shell;
    if (files.keptSize <= most) return false;
    files.forgetAll();
    this.#cache = new PreprocessCache();
    return true;
  }

  /** It can be read only once, and a board is read again after its fixes. */
  #standardInput(): Promise<Uint8Array> {
    this.#input ??= this.shell.stdin();
    return this.#input;
  }

  /** Finds out what an argument names; fails with the reason when it cannot be read. */
  async find(name: string, options: Pick<BoardOptions, 'as' | 'root'>): Promise<BoardFile> {
    const { files, cwd } = this.shell;
    const file = name === '-' ? resolveFile(STANDARD_INPUT, cwd) : resolveFile(name, cwd);
    if (name === '-') files.setBytes(file, await this.#standardInput());
    const why = files.whyUnreadable(file);
    if (why !== undefined) throw new Failure(`${name}: ${why}`);
    const bytes = files.bytes(file);
    if (typeof bytes === 'string') throw new Failure(`${name}: cannot be read`);
    if (options.as === 'dtb' && !isBlobBytes(bytes))
      throw new Failure(`${name}: is no DTB, which begins with 0xd00dfeed; leave --as out`);
    if (options.as === 'dts' && isBlobBytes(bytes))
      throw new Failure(`${name}: is a DTB, not devicetree source; leave --as out`);
    const isBlob =
      options.as === undefined ? isBlobBytes(bytes) || /\.dtbo?$/.test(name) : options.as === 'dtb';
    const root = options.root === undefined ? file : resolveFile(options.root, cwd);
    if (root !== file) {
      const whyNot = files.whyUnreadable(root);
      if (whyNot !== undefined) throw new Failure(`${options.root}: ${whyNot}`);
    }
    const style = styleOf(name, cwd);
    return { name, file, root, isBlob: isBlob && root === file, style };
  }

  /**
   * Reads and judges a board. Fails when nothing of it was understood, unless only findings are wanted and they say so.
   */
  open(
    boardFile: BoardFile,
    settings: BoardSettings,
    wanted: 'board' | 'findings' = 'board',
    facts: readonly FactSource[] = [],
  ): OpenBoard {
    const { shell } = this;
    const { request: named, inputs } = this.#requestOf(boardFile, settings);
    const request = { ...named, facts: [...named.facts, ...facts] };
    const places = new Places(shell.files, shell.cwd, boardFile.style, inputs.made);
    for (const overlay of settings.overlays) {
      const why = shell.files.whyUnreadable(overlay);
      if (why !== undefined) throw new Failure(`${this.shown(overlay)}: ${why}`);
    }
    const analysis = analyze(request, shell.files, this.#cache);
    if (analysis.kind === 'unreadable')
      throw new Failure(`${this.#nameOf(analysis.file, boardFile)}: ${analysis.because}`);
    if (analysis.kind === 'incomplete')
      throw new Failure(`${analysis.needs.join(', ')}: cannot be read`);
    const { findings } = analysis;
    stopAtContradiction(shell, analysis.board, request.facts, settings, {
      places,
      byProgram: this.profile,
    });
    stopAtDepth(analysis.board, places);
    stopAtForeignOverlay(analysis.readings, (file) => this.#nameOf(file, boardFile));
    const isSource = isMeantAsSource(analysis.board, boardFile);
    const says = findings.some(({ severity }) => severity === 'error');
    if (wanted === 'board' || !says || !isSource)
      stopWithoutTree(
        analysis.board,
        findings,
        places,
        this.#nameOf(boardFile.root, boardFile),
        isSource,
      );
    if (wanted === 'board' && analysis.board.excess) {
      const { what, limit } = analysis.board.excess;
      throw new Failure(`${boardFile.name}: has more than ${limit} ${what}`);
    }
    stopAtSilentProblem(analysis.board, findings, places);
    return {
      request,
      boardFile,
      settings,
      board: analysis.board,
      findings,
      places,
      made: inputs.made,
      remarks: [...this.remarksOn(boardFile), ...inputs.remarks],
    };
  }

  /** What a board's work tree does not tell of its build: sentences that are the same for all such boards of the tree. */
  remarksOn({ root, isBlob }: BoardFile): readonly string[] {
    const folder = isBlob ? undefined : findIncludes(root, this.facts).lastUnknown;
    if (folder === undefined) return [];
    const files = `${this.shown(folder)}/{SOC,CPU,VENDOR}-u-boot.dtsi`;
    return [
      `note: U-Boot may append one of ${files} to boards without a file of their own name, which is not read: configure the tree (make BOARD_defconfig), so that .config names it`,
    ];
  }

  /** How a board of the work tree is analysed for the sake of another: as if it were named. Fails as `open` does. */
  requestFor(root: FileId, settings: BoardSettings): BoardRequest {
    const name = this.shown(root);
    const boardFile: BoardFile = { name, file: root, root, isBlob: false, style: 'relative' };
    return this.#requestOf(boardFile, settings).request;
  }

  /** The tree of a board without what boot scripts do to it; undefined when it cannot be read or text of it is missing. */
  treeBeforeScripts({ root }: BoardFile, settings: BoardSettings): DeviceTree | undefined {
    const request: BoardRequest = {
      root,
      overlays: settings.overlays,
      preprocessor: this.preprocessorOf(root, settings),
      facts: [],
      targets: [],
      rules: ruleSettings(settings),
    };
    const analysis = analyze(request, this.shell.files, this.#cache);
    if (analysis.kind !== 'complete' || analysis.board.map.unread) return undefined;
    return analysis.board.tree;
  }

  /** Reads what `settings` name beside the tree. */
  #requestOf(
    boardFile: BoardFile,
    given: BoardSettings,
  ): { readonly request: BoardRequest; readonly inputs: BootInputs } {
    const { root } = boardFile;
    const settings = { ...given, profile: { ...given.profile, ...this.profile } };
    const treeBefore = (): DeviceTree | undefined => this.treeBeforeScripts(boardFile, settings);
    const inputs = readBootInputs(
      bootHostOf(this.shell),
      root,
      boardFile.isBlob,
      settings,
      treeBefore,
    );
    const preprocessor = this.preprocessorOf(root, settings);
    const guests = readGuests(
      this.shell.files,
      settings.guests,
      inputs.loads,
      preprocessor,
      this.#cache,
      (file) => this.#nameOf(file, boardFile),
    );
    const request: BoardRequest = {
      root,
      // A blob is what runs, and lies anywhere.
      readBy: boardFile.isBlob ? undefined : findIncludes(root, this.facts).readBy,
      overlays: [...settings.overlays, ...inputs.overlays],
      preprocessor,
      facts: inputs.facts,
      targets: targetsOf(settings.targets),
      rules: ruleSettings(settings),
      ...(inputs.loads.length > 0 ? { loads: inputs.loads } : {}),
      ...(inputs.loaderChanges ? { loaderChanges: inputs.loaderChanges } : {}),
      ...(guests.length > 0 ? { guests } : {}),
      ...(settings.bindings === undefined
        ? {}
        : { bindings: this.bindings.of(root, settings.bindings, (file) => this.shown(file)) }),
    };
    const { behind } = boardFile;
    if (behind === undefined) return { request, inputs };
    const { readBy } = findIncludes(behind, this.facts);
    const base = { preprocessor: this.preprocessorOf(behind, settings), readBy };
    return { request: readBehind(request, behind, base), inputs };
  }

  /** Include folders and macros: what was asked for, then a recorded compiler call's, then the work tree's. */
  preprocessorOf(root: FileId, settings: BoardSettings): BoardRequest['preprocessor'] {
    const found = findIncludes(root, this.facts);
    return {
      includePaths: [...new Set([...settings.includePaths, ...found.folders.keys()])],
      defines: new Map([...found.defines, ...settings.defines]),
      ...(found.includeLast.length > 0 ? { includeLast: found.includeLast } : {}),
    };
  }

  /** A path for a message. */
  shown(file: FileId): string {
    return displayPath(file, this.shell.cwd, 'relative');
  }

  #nameOf(file: FileId, boardFile: BoardFile): string {
    if (file === boardFile.file) return boardFile.name;
    return displayPath(file, this.shell.cwd, boardFile.style);
  }
}

/** What is known of folders, asked of the disk once: the boards of a tree share their folders. */
class DiskFacts implements TreeFacts {
  readonly #files: ShellFiles;
  readonly #known = new Map<FileId, boolean>();
  readonly #names = new Map<FileId, readonly string[]>();

  constructor(files: ShellFiles) {
    this.#files = files;
  }

  exists(id: FileId): boolean {
    let known = this.#known.get(id);
    if (known === undefined) {
      known = this.#files.exists(id);
      this.#known.set(id, known);
    }
    return known;
  }

  namesIn(id: FileId): readonly string[] {
    let names = this.#names.get(id);
    if (names === undefined) {
      names = this.#files.readDirectory(id);
      this.#names.set(id, names);
    }
    return names;
  }

  textOf(id: FileId): string | undefined {
    const source = this.#files.get(id);
    return typeof source === 'string' ? undefined : source.text;
  }
}
