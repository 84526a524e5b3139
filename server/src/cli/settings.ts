// Joins the options of a command with the nearest `dtmap.json` and the files they name.

import {
  findProject,
  loadProject,
  type LoadedProject,
  type ProjectFacts,
} from '../inputs/load-project.ts';
import { wordFault, type JsonFault } from '../inputs/read-json.ts';
import { readProfileText } from '../inputs/read-profile.ts';
import type { SeveritySetting } from '../inputs/read-severities.ts';
import { allSystems } from '../systems/all-systems.ts';
import {
  defaultTargets,
  parseTargets,
  wordUnknownTarget,
  type Targets,
} from '../systems/targets.ts';
import { releaseNameOf } from '../target/boot.ts';
import type { RuleSettings } from '../analysis/check.ts';
import type { BootSettings } from '../boot-files/boot-inputs.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Severity } from '../rules/finding.ts';
import type { Rule } from '../rules/rule.ts';
import { bindingGroup, groupNames, rulesOfGroup } from '../rules/rule-groups.ts';
import { LineIndex } from '../text/line-index.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { resolveName } from '../text/resolve-name.ts';
import type { FileId } from '../text/span.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { placeOfField, readText, shownPath } from '../boot-files/named-files.ts';
import { listSettings } from '../ide/list-settings.ts';
import { Failure } from './failure.ts';
import { releasesAsked, type BoardOptions, type CheckOptions } from './program.ts';
import type { Shell } from './shell.ts';

/** How one board is read and judged: plain data, so that it can be sent to another thread. */
export interface BoardSettings extends BootSettings {
  readonly includePaths: readonly FileId[];
  readonly defines: readonly (readonly [string, string])[];
  readonly overlays: readonly FileId[];
  readonly targets: readonly string[];
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

/** Every setting of a board with where it comes from, one in a line. */
export function showSettings(
  shell: Shell,
  board: FileId,
  options: BoardOptions & Partial<CheckOptions>,
): readonly string[] {
  const file = projectFile(shell, board, options.config);
  const project = file === undefined ? undefined : projectOf(shell, file, options);
  // What the options alone say.
  const own = settingsFor(shell, board, { ...options, config: false });
  const rows = listSettings(
    project,
    {
      ...own,
      targets: targetNames(options, { targets: [] }),
      bootScripts: own.bootScripts ?? [],
    },
    (each) => shownPath(shell, each),
  );
  const head = file === undefined ? 'no dtmap.json applies' : shownPath(shell, file);
  return [
    `${shownPath(shell, board)}: ${head}`,
    ...rows.map(({ name, value, from }) => {
      if (from === 'default') return `${name} = ${value} (default)`;
      if (from === 'chosen') return `${name} = ${value} (option)`;
      const place = placeOfField(shell, [{ file: from.file, within: [] }], from.within);
      return `${name} = ${value} (${place?.split(': ')[0] ?? shownPath(shell, from.file)})`;
    }),
  ];
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

function targetNames(
  options: BoardOptions,
  project: Pick<LoadedProject, 'targets'> | undefined,
): readonly string[] {
  const asked = allSystems.flatMap(({ id }) =>
    releasesAsked(options, id).map((name) => `${id}:${releaseNameOf(name)}`),
  );
  return asked.length > 0 ? asked : (project?.targets ?? defaultTargets);
}

/** The releases of names that were checked before. */
export function targetsOf(names: readonly string[]): Targets {
  return parseTargets(names).targets;
}

/** Fails with the first name that is no target. */
export function checkTargets(names: readonly string[]): void {
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
export function faultText(name: string, text: string, fault: JsonFault): string {
  const { line, column } = new LineIndex(text).positionAt(fault.at.start);
  return `${name}:${line}:${column}: ${wordFault(fault)}`;
}

const GRAVE: readonly Severity[] = ['error', 'warning'];

function bindingsOf(
  shell: Shell,
  { bindings, warning = [], error = [] }: Partial<CheckOptions>,
  project: LoadedProject | undefined,
): FileId | undefined {
  if (bindings !== undefined && bindings !== '') return resolveFile(bindings, shell.cwd);
  if (project?.bindings !== undefined) return project.bindings;
  const isAsked = [...warning, ...error].some(
    (name) => name === bindingGroup || name.startsWith('binding-'),
  );
  return bindings === '' || isAsked ? '' : undefined;
}

function severitiesOf(
  project: LoadedProject | undefined,
  warnings: readonly string[],
  errors: readonly string[],
): (readonly [string, SeveritySetting])[] {
  const settings = new Map<string, SeveritySetting>(Object.entries(project?.severity ?? {}));
  for (const name of warnings) {
    const { rules, isGroup, off } = asked(name);
    for (const { id, severity } of rules) {
      const raised = isGroup || GRAVE.includes(severity) ? 'on' : 'warning';
      settings.set(id, off ? 'off' : raised);
    }
  }
  for (const name of errors) {
    const { rules, isGroup, off } = asked(name);
    for (const { id, severity } of rules)
      // A group is asked for by what is wrong, not by all that may be said.
      if (!isGroup || severity === 'warning') settings.set(id, off ? 'warning' : 'error');
  }
  return [...settings];
}

interface Asked {
  readonly rules: readonly Rule[];
  readonly isGroup: boolean;
  /** Whether the name has `no-` before it. */
  readonly off: boolean;
}

/** What a name behind `-W` or `-E` stands for. */
function asked(name: string): Asked {
  const known = rulesNamed(name);
  if (known) return { ...known, off: false };
  const plain = name.startsWith('no-') ? name.slice(3) : name;
  const rules = rulesNamed(plain);
  if (rules) return { ...rules, off: true };
  const names = [...allRules.map(({ id }) => id), ...groupNames];
  throw new Failure(`${plain}: no such rule${didYouMean(plain, names)}`);
}

function rulesNamed(name: string): Pick<Asked, 'rules' | 'isGroup'> | undefined {
  const rule = allRules.find(({ id }) => id === name);
  if (rule) return { rules: [rule], isGroup: false };
  const group = rulesOfGroup(name);
  // Bindings are silent until they are asked for: whoever names them wants to hear all.
  return group && { rules: group, isGroup: name !== bindingGroup };
}

/** As the core takes it. */
export function ruleSettings(settings: BoardSettings): RuleSettings {
  return new Map(settings.severity);
}
