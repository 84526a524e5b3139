// What files beside the tree say about a boot: scripts that edit it, files loaded with their sizes, logs with the RAM.

import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { readBootLog } from '../console/read-boot-log.ts';
import {
  readBootScript,
  RUNS_TOO_MUCH,
  readEnvironment,
  type BootScript,
  type SizeOf,
} from '../inputs/read-boot-script.ts';
import { readEfiMap } from '../inputs/read-efi-map.ts';
import { placeImages, readImageBuilderConfig } from '../inputs/read-imagebuilder.ts';
import {
  profileOfImage,
  readXenImage,
  type Inflate,
  type XenImage,
} from '../inputs/read-xen-image.ts';
import { differencesBetween } from '../inputs/find-contradictions.ts';
import type { JsonPath } from '../inputs/json-places.ts';
import { wordOtherValue } from '../inputs/word-contradiction.ts';
import { writeScriptTree, type ScriptStatement } from '../inputs/write-script-tree.ts';
import type { Load } from '../rules/board.ts';
import { LineIndex } from '../text/line-index.ts';
import type { FileId } from '../text/span.ts';
import type { LoaderChanges } from '../tree/loader-changes.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import type { FactSource } from '../facts/gather-facts.ts';
import { Failure } from './failure.ts';
import type { MadeText } from './places.ts';
import { placeOfField, readText, type BoardSettings } from './settings.ts';
import type { Shell } from './shell.ts';

/** A board's request once the files beside it are read. */
export interface BootInputs {
  /** The profile, then what the files say. */
  readonly facts: readonly FactSource[];
  readonly loads: readonly Load[];
  /** Overlays that were made from a script, for a blob. */
  readonly overlays: readonly FileId[];
  readonly made: readonly MadeText[];
  /** What a script does to the tree that is in no source; absent when it does nothing of the kind. */
  readonly loaderChanges?: LoaderChanges;
  /** One sentence each, for standard error: what could not be used. */
  readonly remarks: readonly string[];
  /** Those of them that say which edit of the tree was left out. */
  readonly leftOut: readonly string[];
}

/** Where the files are, and what they are called relative to. */
export type BootShell = Pick<Shell, 'files' | 'cwd'>;

type BootSettings = Pick<
  BoardSettings,
  'profile' | 'bootScript' | 'memoryFrom' | 'efiMap' | 'xenImage'
> &
  Partial<Pick<BoardSettings, 'targets' | 'profileSources'>>;

/** Reads the files that `settings` names. For a source board the edits of a script are appended to its text. */
export function readBootInputs(
  shell: BootShell,
  root: FileId,
  isBlob: boolean,
  settings: BootSettings,
): BootInputs {
  const facts: FactSource[] = [{ basis: 'given', profile: settings.profile }];
  const remarks: string[] = [];
  if (settings.memoryFrom !== undefined) {
    const log = readBootLog(
      readText(shell, settings.memoryFrom, shown(shell, settings.memoryFrom)),
    );
    const memory = log.ram.length > 0 ? log.ram : log.linuxMemory;
    if (memory.length === 0)
      throw new Failure(`${shown(shell, settings.memoryFrom)}: no line says where RAM is`);
    const { xenCommandLine } = log;
    facts.push({
      basis: 'log',
      profile: { memory, ...(xenCommandLine === undefined ? {} : { xenCommandLine }) },
    });
  }
  if (settings.xenImage !== undefined) {
    const image = readImage(shell, settings.xenImage);
    const says = profileOfImage(image);
    stopAtDifference(shell, settings, says, () => shown(shell, settings.xenImage ?? ''));
    facts.push({ basis: 'given', profile: says });
    const { release } = image;
    if (release !== undefined && !isTarget(settings.targets ?? [], release))
      remarks.push(
        `${shown(shell, settings.xenImage)}: an image of Xen ${release}, which is no target; add --xen ${release}`,
      );
  }
  if (settings.efiMap !== undefined) {
    const efiMemoryMap = readEfiMap(
      readText(shell, settings.efiMap, shown(shell, settings.efiMap)),
    );
    if (efiMemoryMap.length === 0)
      throw new Failure(`${shown(shell, settings.efiMap)}: not a UEFI memory map`);
    facts.push({ basis: 'given', profile: { boot: 'efi', efiMemoryMap } });
  }
  if (settings.bootScript === undefined)
    return { facts, loads: [], overlays: [], made: [], remarks, leftOut: [] };
  return readScript(shell, root, isBlob, settings.bootScript, facts, remarks);
}

/** Fails with the first field of the boot profile of which `other` says something else; `placeOf` names where. */
export function stopAtDifference(
  shell: BootShell,
  { profile, profileSources = [] }: Pick<BoardSettings, 'profile' | 'profileSources'>,
  other: BootProfile,
  placeOf: (path: JsonPath) => string,
): void {
  for (const found of differencesBetween(profile, other)) {
    const field = placeOfField(shell, profileSources, found.path);
    if (field !== undefined)
      throw new Failure(`${field}: ${wordOtherValue(found, placeOf(found.path))}`);
  }
}

/** Whether a point release is a target, by its own name or by that of its branch. */
function isTarget(targets: readonly string[], release: string): boolean {
  const branch = release.split('.').slice(0, 2).join('.');
  return targets.includes(`xen:${release}`) || targets.includes(`xen:${branch}`);
}

function readImage(shell: BootShell, file: FileId): XenImage {
  const name = shown(shell, file);
  const why = shell.files.whyUnreadable(file);
  if (why !== undefined) throw new Failure(`${name}: ${why}`);
  const bytes = shell.files.bytes(file);
  if (typeof bytes === 'string') throw new Failure(`${name}: cannot be read`);
  const image = readXenImage(bytes, inflate);
  if (!image.ok) throw new Failure(`${name}: ${image.because}`);
  return image.value;
}

const inflate: Inflate = (bytes, most) => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: most });
  } catch {
    // Whatever is wrong with it, it is nothing that can be read.
    return undefined;
  }
};

function shown(shell: BootShell, file: FileId): string {
  const relative = path.relative(shell.cwd, file);
  return relative.startsWith('..') ? file : relative;
}

function readScript(
  shell: BootShell,
  root: FileId,
  isBlob: boolean,
  file: FileId,
  facts: readonly FactSource[],
  remarks: string[],
): BootInputs {
  const folder = path.posix.dirname(file);
  const pathOf = (name: string): FileId | undefined =>
    [name, path.posix.basename(name)]
      .map((each) => path.posix.resolve(folder, each))
      .find((each) => shell.files.sizeOf(each) !== undefined);
  const sizeOf = (name: string): bigint | undefined => {
    const found = pathOf(name);
    return found === undefined ? undefined : BigInt(shell.files.sizeOf(found) ?? 0);
  };
  const text = readText(shell, file, shown(shell, file));
  const script = scriptOf(scriptText(text), sizeOf);
  const lines = new LineIndex(text);
  const { statements, loads: loaded, boot, unclear } = script;
  const isEmpty = !boot && statements.length + loaded.length === 0;
  if (isEmpty && unclear.every(({ because }) => because === RUNS_TOO_MUCH)) {
    const why = unclear[0]?.because ?? 'nothing in it loads, boots or edits a tree';
    throw new Failure(`${shown(shell, file)}: ${why}`);
  }
  for (const { line, because } of unclear)
    remarks.push(`${shown(shell, file)}:${line}: ${because}`);
  const loads = script.loads.map((load): Load => {
    const size = sizeOf(load.file);
    const found = pathOf(load.file);
    return {
      file: load.file,
      address: load.address,
      ...(size === undefined ? {} : { size }),
      ...(found === undefined ? {} : { path: found }),
      at: lineSpan(text, lines, file, load.line),
      role: roleOf(script, load.address),
    };
  });
  const made: MadeText[] = [];
  const leftOut: string[] = [];
  const overlays = script.overlays.flatMap((name) => {
    const found = pathOf(name);
    if (found === undefined)
      leftOut.push(`${shown(shell, file)}: overlay ${name} is not there and was left out`);
    return found ?? [];
  });
  if (script.statements.length > 0) {
    const tree = writeScriptTree(script.statements, isBlob ? 'overlay' : 'appendix');
    if (isBlob) {
      for (const { kind, line, path: node } of script.statements)
        if (kind.startsWith('remove'))
          leftOut.push(`${shown(shell, file)}:${line}: fdt rm ${node} of a blob was left out`);
      const id = `${file}.dtso`;
      shell.files.setText(id, tree.text);
      overlays.push(id);
      made.push({ file: id, from: 0, origin: file, lineOf: tree.lineOf });
    } else {
      // Without the edits of an earlier reading of the same board.
      shell.files.unset(root);
      const text = readText(shell, root, shown(shell, root));
      shell.files.setText(root, text + tree.text);
      made.push({ file: root, from: text.length, origin: file, lineOf: tree.lineOf });
    }
  }
  return {
    facts: [...facts, { basis: 'script', profile: placesOf(script, loads) }],
    loads,
    overlays,
    made,
    ...loaderChangesOf(script.statements, (line) => lineSpan(text, lines, file, line)),
    remarks: [...remarks, ...leftOut],
    leftOut,
  };
}

/** What is left unknown or reserved when all edits are made. */
function loaderChangesOf(
  statements: readonly ScriptStatement[],
  spanOf: (line: number) => Load['at'],
): Pick<BootInputs, 'loaderChanges'> {
  const unknown = new Map<string, LoaderChanges['unknown'][number]>();
  const reservations: LoaderChanges['reservations'][number][] = [];
  for (const statement of statements) {
    const { path: node } = statement;
    if (statement.kind === 'reservation') {
      const { address, size, line } = statement;
      reservations.push({ address, size, at: spanOf(line) });
    } else if (statement.kind === 'remove-node') {
      for (const [key, each] of unknown)
        if (each.path === node || each.path.startsWith(`${node}/`)) unknown.delete(key);
    } else if ('name' in statement) {
      const { name } = statement;
      const key = `${node}\n${name}`;
      unknown.delete(key);
      if (statement.kind === 'unknown-property') {
        const { cells, text, line } = statement;
        unknown.set(key, { path: node, name, cells, text, at: spanOf(line) });
      }
    }
  }
  return unknown.size + reservations.length === 0
    ? {}
    : { loaderChanges: { unknown: [...unknown.values()], reservations } };
}

/** The script inside a U-Boot image (mkimage -T script): behind its header and the table of lengths. */
function scriptText(text: string): string {
  return text.startsWith("'\u0005\u0019V")
    ? text.slice(72).replace(/^[^\n]*?(?=[\x20-\x7e]{4})/, '')
    : text;
}

function scriptOf(text: string, sizeOf: SizeOf): BootScript {
  const config = readImageBuilderConfig(text);
  if (config) return placeImages(config, sizeOf);
  const environment = /^[ \t]*(?:fdt|setenv|load|tftp\w*|booti)\s/m.test(text)
    ? undefined
    : readEnvironment(text);
  if (!environment) return readBootScript(text, sizeOf);
  // U-Boot starts with `bootcmd`.
  return readBootScript(environment.get('bootcmd') ?? '', sizeOf, environment);
}

function roleOf(script: BootScript, address: bigint): Load['role'] {
  if (script.boot?.kernel === address) return 'xen';
  if (script.boot?.dtb === address) return 'dtb';
  return 'file';
}

/** Where a script puts Xen and its tree; the size of Xen in memory is not that of its file. */
function placesOf(script: BootScript, loads: readonly Load[]): FactSource['profile'] {
  const xen = loads.find(({ role }) => role === 'xen');
  const dtb = loads.find(({ role }) => role === 'dtb');
  return {
    ...(script.boot?.efi ? { boot: 'efi' as const } : {}),
    ...(xen ? { xen: { address: xen.address } } : {}),
    ...(dtb ? { dtb: { address: dtb.address } } : {}),
  };
}

function lineSpan(text: string, lines: LineIndex, file: FileId, line: number): Load['at'] {
  const start = lines.offsetAt({ line, column: 1 });
  const newline = text.indexOf('\n', start);
  return { file, start, end: newline < 0 ? text.length : newline };
}
