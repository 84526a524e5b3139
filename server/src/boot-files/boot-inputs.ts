// What files beside the tree say about a boot: scripts that edit it, files loaded with their sizes, logs with the RAM.

import { XEN } from '../xen/xen-boots.ts';
import { readBootLog, type BootLog } from '../console/read-boot-log.ts';
import { readDtb } from '../dtb/read-dtb.ts';
import { BLOB, binaryKindOf } from '../inputs/binary-kind.ts';
import type { BootScript } from '../inputs/boot-script.ts';
import { RUNS_TOO_MUCH } from '../inputs/read-boot-script.ts';
import { readEfiMap } from '../inputs/read-efi-map.ts';
import { profileOfRunningTree } from '../inputs/read-running-tree.ts';
import { profileOfImage, readXenImage, type XenImage } from '../inputs/read-xen-image.ts';
import { differencesBetween } from '../inputs/find-contradictions.ts';
import type { JsonPath } from '../inputs/json-places.ts';
import type { SettingPlace } from '../inputs/load-project.ts';
import { wordOtherValue } from '../inputs/word-contradiction.ts';
import {
  writeScriptTree,
  type ScriptStatement,
  type ScriptTree,
} from '../inputs/write-script-tree.ts';
import type { Load } from '../rules/board.ts';
import { folderOf, joinPath, lastNameOf } from '../text/join-path.ts';
import { LineIndex } from '../text/line-index.ts';
import type { FileId } from '../text/span.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import type { LoaderChanges } from '../tree/loader-changes.ts';
import type { BootProfile, RunningReservation } from '../facts/boot-profile.ts';
import type { FactSource } from '../facts/gather-facts.ts';
import type { BootHost } from './boot-host.ts';
import { Failure } from './failure.ts';
import { readBootFiles } from './read-boot-files.ts';
import { wordIgnored } from './word-ignored.ts';
import type { MadeText } from './made-text.ts';
import { placeOfField, readText, shownPath } from './named-files.ts';

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

/** What of a board's settings names files beside it. */
export interface BootSettings {
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
  readonly targets?: readonly string[];
}

/**
 * Reads the files that `settings` names. For a source board the edits of a script are appended to its text; `treeBefore` gives
 * its tree without them, undefined when it cannot be read.
 */
export function readBootInputs(
  shell: BootHost,
  root: FileId,
  isBlob: boolean,
  settings: BootSettings,
  treeBefore: () => DeviceTree | undefined,
): BootInputs {
  const facts: FactSource[] = [{ basis: 'given', profile: settings.profile }];
  const remarks: string[] = [];
  if (settings.memoryFrom !== undefined) facts.push(readMemory(shell, settings.memoryFrom));
  if (settings.xenImage !== undefined) {
    const image = readImage(shell, settings.xenImage);
    const says = profileOfImage(image);
    stopAtDifference(shell, settings, says, () => shownPath(shell, settings.xenImage ?? ''));
    facts.push({ basis: 'given', profile: says });
    const { release } = image;
    if (release !== undefined && !isTarget(settings.targets ?? [], release))
      remarks.push(
        `${shownPath(shell, settings.xenImage)}: an image of Xen ${release}, which is no target; add --xen ${release}`,
      );
  }
  if (settings.efiMap !== undefined) {
    const name = shownPath(shell, settings.efiMap);
    const map = readEfiMap(textOf(shell, settings.efiMap, 'a UEFI memory map'));
    if (!map.ok) throw new Failure(`${name}:${map.line}: ${map.because}`);
    const place = `${name}:${map.line}`;
    facts.push({
      basis: 'given',
      profile: { boot: 'efi', efiMemoryMap: map.ranges },
      places: { boot: place, efiMemoryMap: place },
    });
    const ignored = map.ignored.map(({ line, because }) => ({ place: `${name}:${line}`, because }));
    remarks.push(...wordIgnored(ignored, settings.verbose === true));
  }
  const [first, ...others] = settings.bootScripts ?? [];
  if (first === undefined)
    return { facts, loads: [], overlays: [], made: [], remarks, leftOut: [] };
  const isVerbose = settings.verbose === true;
  const scripts = [first, ...others] as const;
  return readScripts(shell, root, isBlob, scripts, facts, remarks, isVerbose, treeBefore);
}

/** The text of a file that is meant as `what`; fails when it is not text. */
function textOf(shell: BootHost, file: FileId, what: string): string {
  const name = shownPath(shell, file);
  const text = readText(shell, file, name);
  const bytes = shell.files.bytes(file);
  if (typeof bytes === 'string') return text;
  const kind = binaryKindOf(bytes);
  if (kind !== undefined) throw new Failure(`${name}: is ${kind}, not ${what}`);
  // What a UEFI shell writes with `>`.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return isUtf16 ? Buffer.from(bytes.subarray(2)).toString('utf16le') : text;
}

/** What a captured log, or the tree of the running board, says of RAM and reservations. */
function readMemory(shell: BootHost, file: FileId): FactSource {
  const bytes = shell.files.bytes(file);
  return typeof bytes !== 'string' && binaryKindOf(bytes) === BLOB
    ? readRunningTree(shell, file, bytes)
    : readMemoryLog(shell, file);
}

function readRunningTree(shell: BootHost, file: FileId, bytes: Uint8Array): FactSource {
  const name = shownPath(shell, file);
  const tree = readDtb(file, bytes);
  if ('because' in tree) throw new Failure(`${name}: byte ${tree.offset}: ${tree.because}`);
  const profile = profileOfRunningTree(tree);
  if (!profile.memory && !profile.reserved)
    throw new Failure(`${name}: has no RAM of the host and reserves nothing`);
  return { basis: 'given', profile, places: { memory: name, reserved: name } };
}

/** The RAM of the host as a captured log has it; fails when no line speaks of the host. */
function readMemoryLog(shell: BootHost, file: FileId): FactSource {
  const name = shownPath(shell, file);
  const log = readBootLog(textOf(shell, file, 'a boot log'));
  const placeOf = (id: string): string => {
    const line = log.lines.find(({ messages }) => messages.some((each) => each.id === id));
    return line === undefined ? name : `${name}:${line.line}`;
  };
  const { xenCommandLine, isEfi } = log;
  const reserved = reservedOf(log);
  const host = hostMemoryOf(log, name, placeOf, reserved.length > 0);
  return {
    basis: 'log',
    profile: {
      ...(host ? { memory: host.memory } : {}),
      ...(reserved.length > 0 ? { reserved } : {}),
      ...(xenCommandLine === undefined ? {} : { xenCommandLine }),
      ...(isEfi ? { boot: 'efi' } : {}),
    },
    places: {
      ...(host ? { memory: host.from } : {}),
      reserved: name,
      xenCommandLine: placeOf('command-line'),
      boot: name,
    },
  };
}

/** What the tree of the captured boot reserves: as Xen lists it, else what it stops at, else as Linux lists it. */
function reservedOf({ reserved, overlapping, linuxReserved }: BootLog): RunningReservation[] {
  const ranges = reserved.length > 0 ? reserved : overlapping;
  if (ranges.length > 0) return ranges.map(({ start, end }) => ({ start, end }));
  return [...linuxReserved];
}

/** Where RAM is; undefined where no line says so and the log is of use all the same. */
function hostMemoryOf(
  log: BootLog,
  name: string,
  placeOf: (id: string) => string,
  isUseful: boolean,
): { readonly memory: BootLog['ram']; readonly from: string } | undefined {
  const { ram, linuxMemory, isLinuxUnderXen, loaderMemory } = log;
  if (ram.length > 0) return { memory: ram, from: placeOf('ram') };
  if (linuxMemory.length > 0 && !isLinuxUnderXen)
    return { memory: linuxMemory, from: placeOf('linux-node') };
  if (loaderMemory.length > 0) return { memory: loaderMemory, from: name };
  if (isUseful) return undefined;
  throw new Failure(
    linuxMemory.length > 0
      ? `${placeOf('linux-node')}: this is the memory of a Linux under Xen, not of the host; the log has no "RAM:" line of Xen`
      : `${name}: no line says where RAM is`,
  );
}

/** Fails with the first field of the boot profile of which `other` says something else; `placeOf` names where. */
export function stopAtDifference(
  shell: BootHost,
  { profile, profileSources = [] }: Pick<BootSettings, 'profile' | 'profileSources'>,
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
  return targets.includes(`${XEN}:${release}`) || targets.includes(`${XEN}:${branch}`);
}

function readImage(shell: BootHost, file: FileId): XenImage {
  const name = shownPath(shell, file);
  const why = shell.files.whyUnreadable(file);
  if (why !== undefined) throw new Failure(`${name}: ${why}`);
  const bytes = shell.files.bytes(file);
  if (typeof bytes === 'string') throw new Failure(`${name}: cannot be read`);
  const image = readXenImage(bytes, shell.inflate ?? (() => undefined));
  if (!image.ok) throw new Failure(`${name}: ${image.because}`);
  return image.value;
}

function readScripts(
  shell: BootHost,
  root: FileId,
  isBlob: boolean,
  files: readonly [FileId, ...FileId[]],
  facts: readonly FactSource[],
  remarks: string[],
  isVerbose: boolean,
  treeBefore: () => DeviceTree | undefined,
): BootInputs {
  const folders = [...new Set(files.map((file) => folderOf(file)))];
  // Absolute paths are those of the board: a copy beside the script is as good.
  const pathOf = (name: string): FileId | undefined =>
    [name, lastNameOf(name)]
      .flatMap((each) => folders.map((folder) => joinPath(folder, each)))
      .find((each) => shell.files.sizeOf(each) !== undefined);
  const sizeOf = (name: string): bigint | undefined => {
    const found = pathOf(name);
    return found === undefined ? undefined : BigInt(shell.files.sizeOf(found) ?? 0);
  };
  const { script, originOf, inside } = readBootFiles(
    shell,
    files,
    (file) => shownPath(shell, file),
    pathOf,
    () => {
      // Without the edits of an earlier reading of the same board.
      shell.files.unset(root);
      return treeBefore();
    },
  );
  const names = files.map((file) => shownPath(shell, file)).join(', ');
  const placeOf = (line: number): string => {
    const { file, line: own } = originOf(line);
    return own === 0 ? shownPath(shell, file) : `${shownPath(shell, file)}:${own}`;
  };
  const texts = new Map<FileId, { readonly text: string; readonly lines: LineIndex }>();
  const spanOf = (line: number): Load['at'] => {
    const { file, line: own } = originOf(line);
    if (own === 0) return { file, start: 0, end: 0 };
    const known = texts.get(file);
    const text = known?.text ?? readText(shell, file, shownPath(shell, file));
    const lines = known?.lines ?? new LineIndex(text);
    texts.set(file, { text, lines });
    return lineSpan(text, lines, file, own);
  };
  const { statements, loads: loaded, boot, unclear } = script;
  const isEmpty = !boot && !script.memory && statements.length + loaded.length === 0;
  if (isEmpty && unclear.every(({ because }) => because === RUNS_TOO_MUCH)) {
    const why = unclear[0]?.because ?? 'nothing in it loads, boots or edits a tree';
    throw new Failure(`${names}: ${why}`);
  }
  // What is run several times is said once.
  const said = new Set(unclear.map(({ line, because }) => `${placeOf(line)}: ${because}`));
  remarks.push(...said);
  const ignored = (script.ignored ?? []).map(({ line, because }) => ({
    place: placeOf(line),
    because,
  }));
  remarks.push(...wordIgnored(ignored, isVerbose));
  const loads = script.loads.map((load): Load => {
    const size = load.size ?? sizeOf(load.file);
    const found = pathOf(load.file);
    const role = roleOf(script, load.address);
    return {
      file: load.file,
      address: load.address,
      ...(size === undefined ? {} : { size }),
      ...(found === undefined ? {} : { path: found }),
      at: spanOf(load.line),
      role,
      ...staysAt(script, role),
      ...(load.alternatives ? { alternatives: load.alternatives } : {}),
    };
  });
  const made: MadeText[] = [];
  const leftOut: string[] = [];
  const overlays = script.overlays.flatMap((name) => {
    const found = inside.get(name) ?? pathOf(name);
    if (found === undefined)
      leftOut.push(`${names}: overlay ${name} is not there and was left out`);
    return found ?? [];
  });
  if (script.statements.length > 0) {
    const madeFrom =
      ({ lineOf }: ScriptTree): MadeText['originOf'] =>
      (offset) =>
        originOf(lineOf(offset));
    const tree = writeScriptTree(script.statements, isBlob ? 'overlay' : 'appendix');
    if (isBlob) {
      for (const { kind, line, path: node } of script.statements)
        if (kind.startsWith('remove'))
          leftOut.push(`${placeOf(line)}: fdt rm ${node} of a blob was left out`);
      const id = `${files[0]}.dtso`;
      shell.files.setText(id, tree.text);
      overlays.push(id);
      made.push({ file: id, from: 0, originOf: madeFrom(tree) });
    } else {
      // Without the edits of an earlier reading of the same board.
      shell.files.unset(root);
      const text = readText(shell, root, shownPath(shell, root));
      shell.files.setText(root, text + tree.text);
      made.push({ file: root, from: text.length, originOf: madeFrom(tree) });
    }
  }
  return {
    facts: [...facts, factsOf(script, sizeOf, placeOf)],
    loads,
    overlays,
    made,
    ...loaderChangesOf(script.statements, spanOf),
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
    } else if (statement.kind === 'remove-reservation') {
      reservations.push({ removed: statement.index });
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

function roleOf(script: BootScript, address: bigint): Load['role'] {
  if (script.boot?.kernel === address) return 'xen';
  if (script.boot?.dtb === address) return 'dtb';
  if (script.boot?.initrd === address) return 'initrd';
  return 'file';
}

/** Whether the script makes U-Boot leave a file where it is until the kernel starts. */
function staysAt({ boot }: BootScript, role: Load['role']): Pick<Load, 'stays'> {
  const { stays } = boot ?? {};
  if (!stays || role === 'file') return {};
  if (role === 'xen') return stays.kernel ? { stays: 'always' } : {};
  switch (stays[role]) {
    case 0xffff_ffff_ffff_ffffn:
      return { stays: 'always' };
    case 0xffff_ffffn:
      return { stays: 'with-32-bits' };
    default:
      return {};
  }
}

/** Where a script puts Xen and its tree, and what it tells Xen; the size of Xen in memory is not that of its file. */
function factsOf(
  script: BootScript,
  sizeOf: (name: string) => bigint | undefined,
  placeOf: (line: number) => string,
): FactSource {
  const { boot, xenCommandLine, dom0Kernel, memory } = script;
  const loadAs = (role: Load['role']): BootScript['loads'][number] | undefined =>
    script.loads.find(({ address }) => roleOf(script, address) === role);
  const xen = loadAs('xen');
  const dtb = loadAs('dtb');
  const fileSize = dom0Kernel && sizeOf(dom0Kernel.file);
  return {
    basis: 'script',
    profile: {
      ...(boot?.efi ? { boot: 'efi' as const } : {}),
      // What these commands boot without UEFI, U-Boot boots.
      ...(boot && !boot.efi ? { bootLoader: 'u-boot' as const } : {}),
      ...(xen ? { xen: { address: xen.address } } : {}),
      ...(dtb ? { dtb: { address: dtb.address } } : {}),
      ...(xenCommandLine ? { xenCommandLine: xenCommandLine.text } : {}),
      ...(fileSize === undefined ? {} : { kernel: { fileSize } }),
      ...(memory ? { memory: [{ start: memory.start, end: memory.end }] } : {}),
    },
    places: {
      ...(boot ? { boot: placeOf(boot.line), bootLoader: placeOf(boot.line) } : {}),
      ...(xen ? { 'xen.address': placeOf(xen.line) } : {}),
      ...(dtb ? { 'dtb.address': placeOf(dtb.line) } : {}),
      ...(xenCommandLine ? { xenCommandLine: placeOf(xenCommandLine.line) } : {}),
      ...(dom0Kernel ? { 'kernel.fileSize': placeOf(dom0Kernel.line) } : {}),
      ...(memory ? { memory: placeOf(memory.line) } : {}),
    },
  };
}

function lineSpan(text: string, lines: LineIndex, file: FileId, line: number): Load['at'] {
  const start = lines.offsetAt({ line, column: 1 });
  const newline = text.indexOf('\n', start);
  return { file, start, end: newline < 0 ? text.length : newline };
}
