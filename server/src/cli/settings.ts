// Joins the options of a command with the nearest `dtmap.json` and the files they name.

import type { JsonPath } from '../inputs/json-places.ts';
import {
  findProject,
  loadProject,
  type LoadedProject,
  type ProjectFacts,
  type SettingPlace,
} from '../inputs/load-project.ts';
import { placesInText, wordFault, type JsonFault } from '../inputs/read-json.ts';
import { readProfileText } from '../inputs/read-profile.ts';
import type { SeveritySetting } from '../inputs/read-severities.ts';
import { allSystems } from '../systems/all-systems.ts';
import { defaultTargets, parseTargets, wordUnknownTarget, type Targets } from '../systems/targets.ts';
import { releaseNameOf } from '../target/boot.ts';
import type { RuleSettings } from '../analysis/check.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Severity } from '../rules/finding.ts';
import { relativePath } from '../text/join-path.ts';
import { LineIndex } from '../text/line-index.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { resolveName } from '../text/resolve-name.ts';
import type { FileId } from '../text/span.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { Failure } from './failure.ts';
import { releasesAsked, type BoardOptions, type CheckOptions } from './program.ts';
import type { Shell } from './shell.ts';

/** How one board is read and judged: plain data, so that it can be sent to another thread. */
export interface BoardSettings {
  readonly includePaths: readonly FileId[];
  readonly defines: readonly (readonly [string, string])[];
  readonly overlays: readonly FileId[];
  readonly targets: readonly string[];
  readonly profile: BootProfile;
  /** Where its fields are written, the one that wins first. */
  readonly profileSources?: readonly SettingPlace[];
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
}

/** A path of the command line, or a `file://` address, as a file identity. */
export function resolveFile(name: string, cwd: FileId): FileId {
  return resolveName(name, cwd);
}

/** The text of a file that must be there. */
export function readText(shell: Pick<Shell, 'files'>, file: FileId, name: string): string {
  const why = shell.files.whyUnreadable(file);
  const source = shell.files.get(file);
  if (why !== undefined || typeof source === 'string')
    throw new Failure(`${name}: ${why ?? 'no such file'}`);
  return source.text;
}

/** `dtmap.json` of the folder of `board` or the nearest one above. */
export function findProjectOf(shell: Pick<Shell, 'files'>, board: FileId): FileId | undefined {
  return findProject(board, factsOf(shell));
}

/** The disk as the loader of `dtmap.json` asks it. */
function factsOf({ files }: Pick<Shell, 'files'>): ProjectFacts {
  return {
    exists: (id) => files.exists(id),
    namesIn: (id) => files.readDirectory(id),
    textOf: (id) => {
      const source = files.get(id);
      return typeof source === 'string' ? undefined : source.text;
    },
    becauseOf: (id) => files.whyUnreadable(id),
  };
}

/** The settings of `file`; fails with the first that is wrong. */
function projectOf(shell: Shell, file: FileId, options: Partial<CheckOptions>): LoadedProject {
  const project = loadProject(
    file,
    factsOf(shell),
    options.writeBaseline === undefined ? [] : ['baseline'],
  );
  const [first] = project.faults;
  if (first) throw new Failure(faultText(shownPath(shell, first.file), first.text, first.fault));
  return project;
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
  const project = file === undefined ? undefined : projectOf(shell, file, options);
  const resolve = (name: string): FileId => resolveFile(name, shell.cwd);
  const targets = targetNames(options, project);
  checkTargets(targets);
  const bootScripts =
    options.bootScript?.map(resolve) ?? (project?.bootScript ? [project.bootScript] : undefined);
  const baseline = options.baseline ? resolve(options.baseline) : project?.baseline;
  const maxWarnings = options.maxWarnings ?? project?.maxWarnings;
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
    severity: severitiesOf(project, options.warning ?? [], options.error ?? []),
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
  if (typeof config !== 'string') return findProjectOf(shell, board);
  const file = resolveFile(config, shell.cwd);
  readText(shell, file, config);
  return file;
}

function targetNames(options: BoardOptions, project: LoadedProject | undefined): readonly string[] {
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
  if (unknown) throw new Failure(`${unknown.name}: ${wordUnknownTarget(unknown)}`);
}

function profileOf(
  shell: Shell,
  options: BoardOptions,
  project: LoadedProject | undefined,
): Pick<BoardSettings, 'profile' | 'profileSources'> {
  const fromProject = project?.bootProfile ?? {};
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
  sources: readonly SettingPlace[],
  field: JsonPath,
): string | undefined {
  for (const { file, within } of sources) {
    const source = shell.files.get(file);
    if (typeof source === 'string') continue;
    const places = placesInText(source.text);
    const whole = [...within, ...field];
    if (!places.has(whole)) continue;
    const { line, column } = new LineIndex(source.text).positionAt(places.valueAt(whole).start);
    return `${shownPath(shell, file)}:${line}:${column}: ${whole.join('.')}`;
  }
  return undefined;
}

const GRAVE: readonly Severity[] = ['error', 'warning'];

function severitiesOf(
  project: LoadedProject | undefined,
  warnings: readonly string[],
  errors: readonly string[],
): (readonly [string, SeveritySetting])[] {
  const settings = new Map<string, SeveritySetting>(Object.entries(project?.severity ?? {}));
  for (const name of warnings) {
    const off = name.startsWith('no-') && !allRules.some(({ id }) => id === name);
    const rule = ruleNamed(off ? name.slice(3) : name);
    settings.set(rule.id, off ? 'off' : GRAVE.includes(rule.severity) ? 'on' : 'warning');
  }
  for (const name of errors) {
    const off = name.startsWith('no-') && !allRules.some(({ id }) => id === name);
    settings.set(ruleNamed(off ? name.slice(3) : name).id, off ? 'warning' : 'error');
  }
  return [...settings];
}

function ruleNamed(id: string): (typeof allRules)[number] {
  const rule = allRules.find((each) => each.id === id);
  const ids = allRules.map((each) => each.id);
  if (!rule) throw new Failure(`${id}: no such rule${didYouMean(id, ids)}`);
  return rule;
}

/** As the core takes it. */
export function ruleSettings(settings: BoardSettings): RuleSettings {
  return new Map(settings.severity);
}
