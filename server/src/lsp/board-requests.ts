// How a board is to be analysed: settings, what other extensions were told, and what its work tree shows.

import type { BoardRequest } from '../analysis/analyze.ts';
import { parseJson, readProfile } from '../inputs/read-profile.ts';
import { readSeverities } from '../inputs/read-severities.ts';
import { parseTargets } from '../analysis/targets.ts';
import {
  includeFolderCandidates,
  readRecordedCommand,
  recordedCommandFile,
  recordedFolderCandidates,
} from '../ide/include-folders.ts';
import { foldersAbove, resolvePath } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import type { Files } from './files.ts';
import type { ForeignSettings, Settings } from './settings.ts';

export interface BoardRequestsHost {
  readonly files: Files;
  readonly settings: Settings;
  readonly foreign: ForeignSettings;
  readonly folders: readonly FileId[];
  /** Tells the user that a setting cannot be used as it is. */
  complain(message: string): void;
}

/** Makes requests, remembering which folders exist until `forget`. */
export class BoardRequests {
  readonly #host: BoardRequestsHost;
  #exists = new Map<FileId, Promise<boolean>>();
  readonly #complaints = new Set<string>();

  constructor(host: BoardRequestsHost) {
    this.#host = host;
  }

  forget(): void {
    this.#exists = new Map();
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

  async requestFor(root: FileId): Promise<BoardRequest> {
    const settings = this.#host.settings;
    const foreign = this.#host.foreign;
    const context = this.#contextOf(root);
    const recorded = await this.#recorded(root);
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
        includePaths: await this.#existingOf([
          ...named,
          ...recorded.includePaths,
          ...includeFolderCandidates(root),
        ]),
        defines: new Map([...recorded.defines, ...Object.entries(settings.defines)]),
      },
      facts: [{ basis: 'given', profile: await this.#profile(root, settings.bootProfile) }],
      targets,
      rules: new Map(Object.entries(severities)),
    };
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
        .filter(([board]) => root === board || root.endsWith(`/${board}`))
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
        bases.map((folder) => resolvePath(folder, path.replace(/^\$\{workspaceFolder\}\/?/, ''))),
      ),
    ];
  }

  async #recorded(
    root: FileId,
  ): Promise<{ includePaths: FileId[]; defines: ReadonlyMap<string, string> }> {
    const file = recordedCommandFile(root);
    if (!(await this.#has(file))) return { includePaths: [], defines: new Map() };
    const text = await this.#textOf(file);
    const command = readRecordedCommand(text ?? '');
    const defines = new Map([...command.defines].filter(([name]) => name !== '__DTS__'));
    const includePaths = await this.#existing(
      command.includePaths.map((folder) => recordedFolderCandidates(root, folder)),
    );
    return { includePaths, defines };
  }

  async #profile(root: FileId, given: unknown): Promise<BootProfile> {
    if (given === null || given === undefined) return {};
    let value: unknown = given;
    if (typeof given === 'string') {
      const [file] = await this.#existing([this.#places(root, given)]);
      const text = file === undefined ? undefined : await this.#textOf(file);
      if (text === undefined) {
        this.#complain(`dtmap.bootProfile: ${given} cannot be read.`);
        return {};
      }
      const json = parseJson(text);
      if (!json.ok) {
        this.#complain(`dtmap.bootProfile: ${given}: ${json.because}`);
        return {};
      }
      value = json.value;
    }
    const profile = readProfile(value);
    if (profile.ok) return profile.value;
    this.#complain(`dtmap.bootProfile: ${profile.because}`);
    return {};
  }

  async #textOf(file: FileId): Promise<string | undefined> {
    const { files } = this.#host;
    if (files.get(file) === 'not-loaded') await files.load([file]);
    const source = files.get(file);
    return typeof source === 'string' ? undefined : source.text;
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

  #has(path: FileId): Promise<boolean> {
    let known = this.#exists.get(path);
    if (!known) {
      known = this.#host.files.exists(path);
      this.#exists.set(path, known);
    }
    return known;
  }

  #complain(message: string): void {
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    this.#host.complain(message);
  }
}
