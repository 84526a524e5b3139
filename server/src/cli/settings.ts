// Joins the options of a command with the nearest `dtmap.json` and the files they name.

import { placesIn, type JsonPath } from '../inputs/json-places.ts';
import { wordFault, type JsonFault } from '../inputs/read-json.ts';
import { readProfile, readProfileText } from '../inputs/read-profile.ts';
import { readProject, type Project } from '../inputs/read-project.ts';
import type { SeveritySetting } from '../inputs/read-severities.ts';
import { allSystems } from '../systems/all-systems.ts';
import { defaultTargets, parseTargets, type Targets } from '../systems/targets.ts';
import { releaseNameOf } from '../target/boot.ts';
import type { RuleSettings } from '../analysis/check.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Severity } from '../rules/finding.ts';
import type { Rule } from '../rules/rule.ts';
import { folderOf, relativePath } from '../text/join-path.ts';
import { LineIndex } from '../text/line-index.ts';
import { resolveName } from '../text/resolve-name.ts';
import type { FileId } from '../text/span.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { Failure } from './failure.ts';
import { releasesAsked, type BoardOptions, type CheckOptions } from './program.ts';
import type { Shell } from './shell.ts';

/** Where a boot profile is written: a file of its own, or a field of `dtmap.json`. */
export interface ProfileSource {
  readonly file: FileId;
  readonly within: JsonPath;
}

/** How one board is read and judged: plain data, so that it can be sent to another thread. */
export interface BoardSettings {
  readonly includePaths: readonly FileId[];
  readonly defines: readonly (readonly [string, string])[];
  readonly overlays: readonly FileId[];
  readonly targets: readonly string[];
  readonly profile: BootProfile;
  /** Where its fields are written, the one that wins first. */
  readonly profileSources?: readonly ProfileSource[];
  /** Read as one, in this order. */
  readonly bootScripts?: readonly FileId[];
  readonly memoryFrom?: FileId;
  readonly efiMap?: FileId;
  readonly xenImage?: FileId;
  /** List all that was ignored. */
  readonly verbose?: boolean;
  readonly guests: readonly FileId[];
  readonly severity: readonly (readonly [string, SeveritySetting])[];
  readonly maxWarnings?: number;
  readonly baseline?: FileId;
  /** The folder of bindings; empty for that of the board's work tree, absent when nodes are not checked against any. */
  readonly bindings?: FileId;
}

/** A path of the command line, or a `file://` address, as a file identity. */
export function resolveFile(name: string, cwd: FileId): FileId {
  return resolveName(name, cwd);
}

/** A path in a `dtmap.json` of that folder: it may have been written on another system. */
function resolveSetting(name: string, folder: FileId): FileId {
  return resolveName(name, folder, 'anywhere');
}

/** The text of a file that must be there. */
export function readText(shell: Pick<Shell, 'files'>, file: FileId, name: string): string {
  const why = shell.files.whyUnreadable(file);
  const source = shell.files.get(file);
  if (why !== undefined || typeof source === 'string')
    throw new Failure(`${name}: ${why ?? 'no such file'}`);
  return source.text;
}

/** The settings of a `dtmap.json` with those it extends, paths made absolute. */
interface LoadedProject extends Project {
  readonly folder: string;
  /** Where `bootProfile` is written. */
  readonly profileSource?: ProfileSource;
}

/** `dtmap.json` of the folder of `board` or the nearest one above. */
export function findProject(shell: Shell, board: FileId): FileId | undefined {
  for (let folder = folderOf(board); ; folder = folderOf(folder)) {
    const file = `${folder}/dtmap.json`;
    if (shell.files.sizeOf(file) !== undefined) return file;
    if (folder === folderOf(folder)) return undefined;
  }
}

/** Files in a chain of `extends`: more is a mistake. */
const DEEPEST_EXTENDS = 100;

/** The settings of `file` over those of the files it extends, each of which is read once. */
function loadProject(shell: Shell, file: FileId): LoadedProject {
  const read = new Map<
    FileId,
    { readonly own: LoadedProject; readonly bases: readonly FileId[] }
  >();
  const above = new Set<FileId>();
  const readAll = (each: FileId): void => {
    const name = shownPath(shell, each);
    if (above.has(each)) throw new Failure(`${name}: extends itself`);
    if (read.has(each)) return;
    if (above.size >= DEEPEST_EXTENDS)
      throw new Failure(`${name}: is extended through more than ${DEEPEST_EXTENDS} files`);
    const text = readText(shell, each, name);
    const project = readProject(text);
    if (!project.ok) throw new Failure(faultText(name, text, project.faults[0]));
    const folder = folderOf(each);
    const extended = project.value.extends;
    const bases = (extended === undefined ? [] : [extended].flat()).map((base) =>
      resolveSetting(base, folder),
    );
    above.add(each);
    for (const base of bases) readAll(base);
    above.delete(each);
    read.set(each, { own: absolute(project.value, each), bases });
  };
  readAll(file);
  // What is read last wins, so of a file that several extend only the last place counts.
  const lastFirst = new Set<FileId>();
  const order = (each: FileId): void => {
    if (lastFirst.has(each)) return;
    lastFirst.add(each);
    for (const base of read.get(each)?.bases.toReversed() ?? []) order(base);
  };
  order(file);
  return join([...lastFirst].flatMap((each) => read.get(each)?.own ?? []).reverse());
}

function absolute(project: Project, file: FileId): LoadedProject {
  const folder = folderOf(file);
  const all = (names: readonly string[]): string[] =>
    names.map((name) => resolveSetting(name, folder));
  const { bootProfile } = project;
  const profileFile =
    typeof bootProfile === 'string' ? resolveSetting(bootProfile, folder) : undefined;
  return {
    ...project,
    folder,
    ...(project.includePaths ? { includePaths: all(project.includePaths) } : {}),
    ...(project.overlays ? { overlays: all(project.overlays) } : {}),
    ...(project.guests ? { guests: all(project.guests) } : {}),
    ...(profileFile === undefined
      ? bootProfile && { profileSource: { file, within: ['bootProfile'] } }
      : { bootProfile: profileFile, profileSource: { file: profileFile, within: [] } }),
    ...(project.bootScript ? { bootScript: resolveSetting(project.bootScript, folder) } : {}),
    ...(project.baseline ? { baseline: resolveSetting(project.baseline, folder) } : {}),
    ...(project.bindings?.dir === undefined
      ? {}
      : { bindings: { dir: resolveSetting(project.bindings.dir, folder) } }),
  };
}

/** `projects` in one, the later ones over the earlier. */
function join(projects: readonly LoadedProject[]): LoadedProject {
  const joined: LoadedProject = { folder: '' };
  for (const project of projects) Object.assign(joined, project);
  return {
    ...joined,
    includePaths: projects.toReversed().flatMap(({ includePaths }) => includePaths ?? []),
    defines: Object.fromEntries(projects.flatMap(({ defines }) => Object.entries(defines ?? {}))),
    severity: Object.fromEntries(
      projects.flatMap(({ severity }) => Object.entries(severity ?? {})),
    ),
  };
}

/** A file as a message names it: relative when it is below the current folder. */
export function shownPath({ cwd }: Pick<Shell, 'cwd'>, file: FileId): string {
  const relative = relativePath(cwd, file);
  return relative === undefined || /^(?:\.\.(?:\/|$)|$)/.test(relative) ? file : relative;
}

/** The settings for `board`, options before `dtmap.json` before defaults. */
export function settingsFor(
  shell: Shell,
  board: FileId,
  options: BoardOptions & Partial<CheckOptions>,
): BoardSettings {
  const file = projectFile(shell, board, options.config);
  const project = file === undefined ? undefined : loadProject(shell, file);
  const resolve = (name: string): FileId => resolveFile(name, shell.cwd);
  const targets = targetNames(options, project);
  checkTargets(targets);
  const bootScripts =
    options.bootScript?.map(resolve) ?? (project?.bootScript ? [project.bootScript] : undefined);
  const baseline = options.baseline ? resolve(options.baseline) : project?.baseline;
  const maxWarnings = options.maxWarnings ?? project?.maxWarnings;
  const bindings = bindingsOf(shell, options, project);
  return {
    includePaths: [...options.include.map(resolve), ...(project?.includePaths ?? [])],
    defines: [
      ...Object.entries(project?.defines ?? {}),
      ...options.define.map((define): [string, string] => {
        const equals = define.indexOf('=');
        return equals < 0 ? [define, '1'] : [define.slice(0, equals), define.slice(equals + 1)];
      }),
    ],
    overlays: [...(project?.overlays ?? []), ...options.overlay.map(resolve)],
    targets,
    ...profileOf(shell, options, project),
    ...(bootScripts === undefined ? {} : { bootScripts }),
    ...(options.memoryFrom ? { memoryFrom: resolve(options.memoryFrom) } : {}),
    ...(options.efiMap ? { efiMap: resolve(options.efiMap) } : {}),
    ...(options.xenImage ? { xenImage: resolve(options.xenImage) } : {}),
    ...(options.verbose ? { verbose: true } : {}),
    guests: [...(project?.guests ?? []), ...options.guest.map(resolve)],
    ...(bindings === undefined ? {} : { bindings }),
    severity: severitiesOf(
      project,
      [...(options.bindings === undefined ? [] : [bindingGroup]), ...(options.warning ?? [])],
      options.error ?? [],
    ),
    ...(maxWarnings === undefined ? {} : { maxWarnings }),
    ...(baseline === undefined ? {} : { baseline }),
  };
}

function projectFile(
  shell: Shell,
  board: FileId,
  config: string | false | undefined,
): FileId | undefined {
  if (config === false) return undefined;
  if (typeof config !== 'string') return findProject(shell, board);
  const file = resolveFile(config, shell.cwd);
  readText(shell, file, config);
  return file;
}

function targetNames(options: BoardOptions, project: Project | undefined): readonly string[] {
  const asked = allSystems.flatMap(({ id }) =>
    releasesAsked(options, id).map((name) => `${id}:${releaseNameOf(name)}`),
  );
  return asked.length > 0 ? asked : (project?.targets ?? defaultTargets);
}

/** The releases of names that were checked before. */
export function targetsOf(names: readonly string[]): Targets {
  return parseTargets(names).targets;
}

function checkTargets(names: readonly string[]): void {
  const [unknown] = parseTargets(names).unknown;
  if (unknown)
    throw new Failure(`${unknown.name}: no such release; known are ${unknown.known.join(', ')}`);
}

function profileOf(
  shell: Shell,
  options: BoardOptions,
  project: LoadedProject | undefined,
): Pick<BoardSettings, 'profile' | 'profileSources'> {
  const fromProject =
    typeof project?.bootProfile === 'string'
      ? readProfileFile(shell, project.bootProfile, shownPath(shell, project.bootProfile))
      : project?.bootProfile
        ? readProfileValue(project.bootProfile, 'dtmap.json: bootProfile')
        : {};
  const file = options.profile ? resolveFile(options.profile, shell.cwd) : undefined;
  const fromOption =
    file === undefined ? {} : readProfileFile(shell, file, options.profile ?? file);
  const profileSources = [
    ...(file === undefined ? [] : [{ file, within: [] }]),
    ...(project?.profileSource ? [project.profileSource] : []),
  ];
  return { profile: { ...fromProject, ...fromOption }, profileSources };
}

function readProfileFile(shell: Shell, file: FileId, name: string): BootProfile {
  const text = readText(shell, file, name);
  const read = readProfileText(text);
  if (!read.ok) throw new Failure(faultText(name, text, read.faults[0]));
  return read.value;
}

/** `profile.json:4:13: xen.size: must be …`. */
function faultText(name: string, text: string, fault: JsonFault): string {
  const { line, column } = new LineIndex(text).positionAt(fault.at.start);
  return `${name}:${line}:${column}: ${wordFault(fault)}`;
}

/** `profile.json:4:13: xen.size`, for a field of a boot profile that was read; undefined when no file gives it. */
export function placeOfField(
  shell: Pick<Shell, 'files' | 'cwd'>,
  sources: readonly ProfileSource[],
  field: JsonPath,
): string | undefined {
  for (const { file, within } of sources) {
    const source = shell.files.get(file);
    if (typeof source === 'string') continue;
    const places = placesIn(source.text);
    const whole = [...within, ...field];
    if (!places.has(whole)) continue;
    const { line, column } = new LineIndex(source.text).positionAt(places.valueAt(whole).start);
    return `${shownPath(shell, file)}:${line}:${column}: ${whole.join('.')}`;
  }
  return undefined;
}

function readProfileValue(value: unknown, name: string): BootProfile {
  const read = readProfile(value);
  if (!read.ok) throw new Failure(`${name}: ${read.because}`);
  return read.value;
}

const GRAVE: readonly Severity[] = ['error', 'warning'];

/** The name of the rules that say what dt-validate does. */
const bindingGroup = 'bindings';

const bindingRules = allRules.filter(
  ({ id }) => id.startsWith('binding-') && id !== 'binding-unknown-compatible',
);

function bindingsOf(
  shell: Shell,
  { bindings, warning = [], error = [] }: Partial<CheckOptions>,
  project: Project | undefined,
): FileId | undefined {
  if (bindings !== undefined && bindings !== '') return resolveFile(bindings, shell.cwd);
  const folder = project?.bindings?.dir;
  if (folder !== undefined) return folder;
  const isAsked = [...warning, ...error].some(
    (name) => name === bindingGroup || name.startsWith('binding-'),
  );
  return bindings === '' || isAsked ? '' : undefined;
}

/** The rules that a name of `-W` or `-E` stands for. */
function rulesNamed(name: string): readonly Rule[] {
  return name === bindingGroup ? bindingRules : [ruleNamed(name)];
}

function severitiesOf(
  project: Project | undefined,
  warnings: readonly string[],
  errors: readonly string[],
): (readonly [string, SeveritySetting])[] {
  const settings = new Map<string, SeveritySetting>(Object.entries(project?.severity ?? {}));
  for (const name of warnings) {
    const off = name.startsWith('no-') && !allRules.some(({ id }) => id === name);
    for (const rule of rulesNamed(off ? name.slice(3) : name))
      settings.set(rule.id, off ? 'off' : GRAVE.includes(rule.severity) ? 'on' : 'warning');
  }
  for (const name of errors) {
    const off = name.startsWith('no-') && !allRules.some(({ id }) => id === name);
    for (const { id } of rulesNamed(off ? name.slice(3) : name))
      settings.set(id, off ? 'warning' : 'error');
  }
  return [...settings];
}

function ruleNamed(id: string): Rule {
  const rule = allRules.find((each) => each.id === id);
  if (!rule) throw new Failure(`${id}: no such rule`);
  return rule;
}

/** As the core takes it. */
export function ruleSettings(settings: BoardSettings): RuleSettings {
  return new Map(settings.severity);
}
