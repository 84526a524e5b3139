// Recorded boots of real Xen, and how a prediction compares with one.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceTree, DtNode } from '../../server/src/tree/device-tree.ts';
import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { parseRelease, type Release } from '../../server/src/xen/releases.ts';
import { wordReasons } from '../../server/src/xen/reasons.ts';
import type { XenBoot } from '../../server/src/xen/xen-boot.ts';

export interface Recording {
  /** Name of the board. */
  readonly board: string;
  /** As the folder is named: `4.18.6`, `4.19.6-static`, `4.17.7-ndebug`, `master`. */
  readonly build: string;
  readonly release: Release;
  readonly profile: BootProfile;
  /** Xen's lines, without `(XEN) ` and line ends. */
  readonly lines: readonly string[];
  readonly result: string;
  /** The text below `Panic on CPU`, if there is one. */
  readonly panic: string | undefined;
  /** The tree Xen gave dom0, as text. */
  readonly dom0Dts: string | undefined;
}

interface ResultFile {
  readonly result: string;
  readonly xen_size: number;
}

interface SettingsFile {
  readonly modules: { readonly xen: { addr: string }; readonly dtb: { addr: string } };
  readonly qemu: { readonly smp: number };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Xen's lines of a captured console, without `(XEN) ` and line ends. */
export function xenLines(file: string): string[] {
  return readFileSync(file, 'latin1')
    .split('\n')
    .map((line) => line.replaceAll('\r', ''))
    .filter((line) => line.startsWith('(XEN) '))
    .map((line) => line.slice(6));
}

/** What Xen prints for its own module: bytes with its BSS. */
function printedXenSize(lines: readonly string[]): bigint | undefined {
  for (const line of lines) {
    const module = /^MODULE\[0\]: ([0-9a-f]+) - ([0-9a-f]+) Xen/.exec(line);
    const moved = /^Update BOOTMOD_XEN from ([0-9a-f]+)-([0-9a-f]+)/.exec(line);
    const [, start = '', end = ''] = module ?? moved ?? [];
    if (start === '') continue;
    const size = BigInt(`0x${end}`) - BigInt(`0x${start}`);
    return size % 2n === 1n ? size + 1n : size;
  }
  return undefined;
}

/** How many CPUs the machine had: what settings.json says is not so for every board. */
function bootedCpus(lines: readonly string[]): number | undefined {
  for (const line of lines) {
    const count = /^SMP: Allowing (\d+) CPUs/.exec(line)?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}

/** The recordings below a folder of the boards that are wanted, by board and build. */
export function readRecordings(
  folder: string,
  wanted: (board: string) => boolean = () => true,
): Recording[] {
  const found: { board: string; build: string; lines: string[] }[] = [];
  for (const board of readdirSync(folder).sort()) {
    if (!wanted(board)) continue;
    if (!existsSync(join(folder, board, 'settings.json'))) continue;
    for (const build of readdirSync(join(folder, board)).sort()) {
      const log = join(folder, board, build, 'xen.log');
      if (existsSync(log)) found.push({ board, build, lines: xenLines(log) });
    }
  }
  const sizes = new Map<string, bigint>();
  for (const { build, lines } of found) {
    const size = printedXenSize(lines);
    if (size !== undefined) sizes.set(build, size);
  }
  return found.map(({ board, build, lines }) => {
    const result = readJson(join(folder, board, build, 'result.json')) as ResultFile;
    const settings = readJson(join(folder, board, 'settings.json')) as SettingsFile;
    const [name = '', variant] = build.split('-');
    const release = parseRelease(name === 'master' ? 'unstable' : name);
    if (!release) throw new Error(`${board}/${build}: unknown release`);
    const isStatic = variant === 'static';
    const profile: BootProfile = {
      xen: {
        address: BigInt(settings.modules.xen.addr),
        // 4.12 prints no size of its own; the file without its BSS is what is known.
        size: sizes.get(build) ?? BigInt(result.xen_size),
        debug: variant !== 'ndebug',
      },
      dtb: { address: BigInt(settings.modules.dtb.addr) },
      kernel: { format: 'image', textOffset: 0n },
      cpus: bootedCpus(lines) ?? settings.qemu.smp,
      config: { staticMemory: isStatic, staticShm: isStatic },
    };
    const panicAt = lines.findIndex((line) => /^Panic on CPU/.test(line));
    const dom0 = join(folder, board, build, 'dom0.dts');
    return {
      board,
      build,
      release,
      profile,
      lines,
      result: result.result,
      panic: panicAt < 0 ? undefined : lines[panicAt + 1],
      dom0Dts: existsSync(dom0) ? readFileSync(dom0, 'latin1') : undefined,
    };
  });
}

/** A recording of a machine of any kind: 32-bit, several CPUs, started by UEFI, with domains of the tree. */
export interface MachineRecording extends Recording {
  /** What the recordings of its kind are about. */
  readonly area: string;
  /** The tree that Xen got, from the folder of recordings. */
  readonly treeFile: string;
  /** Whether Xen's console was silent until its UART was up, as in a release build without early printk. */
  readonly isLate: boolean;
}

interface MachineSettings {
  readonly area: string;
  readonly arch: 'arm64' | 'arm32';
  readonly cpus: number;
  readonly boot: 'dt' | 'efi';
  readonly modules?: {
    readonly xen: { readonly addr: string };
    readonly dtb: { readonly addr: string };
    readonly kernel?: { readonly size: string };
  };
}

interface EfiDescriptor {
  readonly start: string;
  readonly end: string;
  readonly type: string;
  readonly attr: string;
}

/** What a console that came up late shows of a boot: nothing before the heap is there, nor of what ends it before. */
export function lateBoot(boot: XenBoot): XenBoot {
  const first = boot.log.findIndex(({ text }) => /^\*\*\* LOADING|dom0less/.test(text));
  const { outcome } = boot;
  return first >= 0
    ? { ...boot, log: boot.log.slice(first) }
    : outcome.kind === 'panics'
      ? { ...boot, log: [], outcome: { kind: 'hangs', because: outcome.because } }
      : { ...boot, log: [] };
}

/** Bytes of Xen in Debian's arm32 build of 4.17.5, as the header of its image says: its boots print no table. */
const DEBIAN_XEN_SIZE = 0x116290n;

/** The recordings of machines below a folder, by board and build. */
export function readMachines(folder: string): MachineRecording[] {
  const boards = readdirSync(folder).sort();
  const found = boards.flatMap((board) =>
    readdirSync(join(folder, board), { withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map(({ name }) => name)
      .sort()
      .map((build) => ({ board, build, lines: xenLines(join(folder, board, build, 'xen.log')) })),
  );
  const settings = new Map(
    boards.map((board) => [
      board,
      readJson(join(folder, board, 'settings.json')) as MachineSettings,
    ]),
  );
  const sizes = new Map<string, bigint>([['arm32 deb-4.17.5', DEBIAN_XEN_SIZE]]);
  const buildOf = (board: string, build: string): string =>
    `${settings.get(board)?.arch ?? ''} ${build}`;
  for (const { board, build, lines } of found) {
    const size = printedXenSize(lines);
    if (size !== undefined) sizes.set(buildOf(board, build), size);
  }
  return found.flatMap(({ board, build, lines }) => {
    const at = settings.get(board);
    if (!at) return [];
    const name = build.replace('deb-', '').replace('-ndebug', '');
    const release = parseRelease(name === 'master' ? 'unstable' : name);
    if (!release) throw new Error(`${board}/${build}: unknown release`);
    const here = join(folder, board, build);
    const result = readJson(join(here, 'result.json')) as ResultFile & { dtb_size: number };
    const panicAt = lines.findIndex((line) => /^Panic on CPU/.test(line));
    const dom0 = join(here, 'dom0.dts');
    const isStatic = !/^(?:deb-|4\.1[45])/.test(build);
    const [xen, dtb] = [printedModule(lines, 'Xen'), printedModule(lines, 'Device Tree')];
    const isEfi = at.boot === 'efi';
    const profile: BootProfile = {
      ...(isEfi
        ? {
            xen: { ...xen, debug: true },
            dtb: { ...dtb },
            boot: 'efi',
            efiMemoryMap: (readJson(join(here, 'efi.map.json')) as EfiDescriptor[]).map((each) => ({
              start: BigInt(each.start),
              end: BigInt(each.end),
              type: each.type,
              attributes: BigInt(each.attr),
            })),
          }
        : {
            xen: {
              address: BigInt(at.modules?.xen.addr ?? 0),
              size: sizes.get(buildOf(board, build)) ?? BigInt(result.xen_size),
              debug: !/ndebug|^deb-/.test(build),
            },
            dtb: { address: BigInt(at.modules?.dtb.addr ?? 0), size: BigInt(result.dtb_size) },
          }),
      kernel: {
        ...(at.modules?.kernel && { fileSize: BigInt(at.modules.kernel.size) }),
        textOffset: 0n,
        format: at.arch === 'arm32' ? 'zimage' : 'image',
      },
      architecture: at.arch,
      iommu: false,
      cpus: at.cpus,
      config: { staticMemory: isStatic, staticShm: isStatic, llcColoring: false, acpi: false },
    };
    return {
      board,
      build,
      area: at.area,
      treeFile: isEfi ? join(board, build, 'given.dts') : join(board, 'board.dts'),
      isLate: build.startsWith('deb-'),
      release,
      profile,
      lines,
      result: result.result,
      panic: panicAt < 0 ? undefined : lines[panicAt + 1],
      dom0Dts: existsSync(dom0) ? readFileSync(dom0, 'latin1') : undefined,
    };
  });
}

/** Where a module is, as its line in the table says. */
function printedModule(
  lines: readonly string[],
  kind: string,
): { address: bigint; size: bigint } | undefined {
  for (const line of lines) {
    const [, start = '', end = '', name = ''] =
      /^MODULE\[\d+\]: ([0-9a-f]+) - ([0-9a-f]+) (.*?) *$/.exec(line) ?? [];
    if (name !== kind) continue;
    const size = BigInt(`0x${end}`) - BigInt(`0x${start}`);
    // Later releases print the last byte.
    return { address: BigInt(`0x${start}`), size: size + (size % 2n) };
  }
  return undefined;
}

/** Lines about memory: every one recorded must be predicted. */
const ABOUT_MEMORY =
  /^(?:RAM:|MODULE\[| RESVD\[| SHMEM\[|CMDLINE\[|Command line:|Region:|fdt:|Warning:|WARNING:|Early FDT parsing failed|Max number|Allocating (?:1:1 )?mappings|(?:d\d+ )?BANK\[|d\d+: STATIC BANK|No bank has been allocated|Failed to (?:allocate|assign) requested|Grant table range|(?:d0: )?(?:E|e)xtended region|(?:d0: f|F)ailed to allocate extended|Loading \S+ (?:kernel|initrd)|Loading (?:d\d+|dom0) DTB|Loading ramdisk|Loading kernel|Loading zImage|\*\*\* LOADING DOM|Checking for|Initrd |PFN compression|Placing Xen|Update BOOTMOD|PLEASE SPECIFY|Missing kernel|Device tree generation failed|Could not set up|Unable to (?!initialize)|Not enough|cannot add|CONFIG_STATIC|Frametable|The frametable|Ignoring|Size of "memory"|Xen dom0less|parameter "dom0_mem"|.* exceeds the maximum allowed PA width)/;

/** Where a line's absence is excused by what a prediction declares uncertain. */
const EXCUSES: readonly (readonly [string, RegExp])[] = [
  [
    'dom0.banks',
    /^(?:BANK\[|No bank|Failed to allocate requested|Loading zImage|Loading \S+ initrd|Loading (?:d0|dom0) DTB|Unable to copy|Not enough memory|Unable to find)/,
  ],
  ['dom0.extendedRegions', /xtended region/],
  ['dom0.dtb', /^Loading (?:d0|dom0) DTB/],
  ['dom0.kernel', /^Loading zImage/],
];

/** The verdicts by build, as text: compared, exact, uncertain but consistent, wrong. */
export function tabulate(
  compared: readonly { readonly recording: Recording; readonly comparison: Comparison }[],
): string {
  const rows = [['release', 'compared', 'exact', 'uncertain', 'wrong']];
  const builds = [...new Set(compared.map(({ recording }) => recording.build))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  for (const build of [...builds, 'all']) {
    const here = compared.filter(({ recording }) => build === 'all' || recording.build === build);
    const count = (verdict: Comparison['verdict']): string =>
      String(here.filter(({ comparison }) => comparison.verdict === verdict).length);
    rows.push([build, String(here.length), count('exact'), count('uncertain'), count('wrong')]);
  }
  return rows.map((row) => row.map((cell) => cell.padEnd(14)).join('')).join('\n');
}

/** Whether dom0's placement can be known: one CPU, or no scrubbing while dom0 is built. */
export function isDetermined({ profile, lines }: Recording): boolean {
  const commandLine = lines.find((line) => line.startsWith('Command line:')) ?? '';
  return profile.cpus === 1 || /\bbootscrub=(?:0|1|off|on)\b/.test(commandLine);
}

/** A panic without its place in Xen's source. */
function withoutPlace(text: string): string {
  return text.replace(/:\d+$/, '');
}

export interface Comparison {
  readonly verdict: 'exact' | 'uncertain' | 'wrong';
  /** What differs, or what is uncertain. */
  readonly reasons: readonly string[];
}

/** Compares console, outcome and, where it was recorded, all of dom0's tree with a prediction. */
export function compareBoot(
  recording: Recording,
  boot: XenBoot,
  dom0Tree: DeviceTree | undefined,
): Comparison {
  const reasons: string[] = [];
  compareLines(recording, boot, reasons);
  compareOutcome(recording, boot, reasons);
  const banksKnown = !boot.uncertain.some(({ what }) => what === 'dom0.banks');
  if (dom0Tree && banksKnown) compareTrees(dom0Tree, boot, reasons);
  if (reasons.length > 0) return { verdict: 'wrong', reasons };
  const uncertain = boot.uncertain.map(({ what, because }) => `${what}: ${wordReasons(because)}`);
  return uncertain.length > 0
    ? { verdict: 'uncertain', reasons: uncertain }
    : { verdict: 'exact', reasons: [] };
}

function compareLines(recording: Recording, boot: XenBoot, reasons: string[]): void {
  const excused = EXCUSES.filter(([what]) => boot.uncertain.some((each) => each.what === what));
  // A BUG's text comes once before its register dump: the panic is compared as the outcome.
  const recorded = recording.lines.map((line) => line.trimEnd());
  const predicted = boot.log.map((line) => line.text.trimEnd());
  let at = 0;
  const matched = new Set<number>();
  for (const line of predicted) {
    const index = recorded.indexOf(line, at);
    if (index < 0) {
      reasons.push(`predicted, not recorded: ${line}`);
      continue;
    }
    matched.add(index);
    at = index + 1;
  }
  // A domU's blob repeats a file of its own where it has one, and that is not at hand.
  const firstDomU = recorded.some((line) => /^MODULE\[\d+\]: .* DTB\b/.test(line))
    ? recorded.findIndex((line) => line.startsWith('*** LOADING DOMU'))
    : -1;
  const openFrom = boot.uncertain.some(({ what }) => what === 'log')
    ? recorded.findIndex((line) => line.startsWith('Allocating 1:1'))
    : recorded.length;
  for (const [index, line] of recorded.entries()) {
    if (index > openFrom) break;
    if (firstDomU >= 0 && index > firstDomU && /^Loading \S+ DTB/.test(line)) continue;
    if (matched.has(index) || !ABOUT_MEMORY.test(line)) continue;
    if (excused.some(([, pattern]) => pattern.test(line))) continue;
    reasons.push(`recorded, not predicted: ${line}`);
  }
}

function compareOutcome(recording: Recording, boot: XenBoot, reasons: string[]): void {
  const { outcome } = boot;
  const open = boot.uncertain.some(({ what }) => what === 'outcome');
  const saw = (start: string): boolean => recording.lines.some((line) => line.startsWith(start));
  // Kernels of domUs that only loop say nothing, and nobody waits for them.
  const onlyLoops =
    /^hang/.test(recording.result) && (saw('*** LOADING DOMU') || !saw('*** LOADING DOMAIN 0'));
  const recorded =
    recording.result === 'dom0-done' || recording.result === 'dom0-early-ok'
      ? 'boots'
      : recording.result === 'xen-panic'
        ? 'panics'
        : !saw('Freed')
          ? 'hangs'
          : onlyLoops
            ? 'boots'
            : 'dom0-fails';
  const agrees =
    outcome.kind === recorded ||
    (outcome.kind === 'dom0-at-risk' && (recorded === 'boots' || recorded === 'dom0-fails')) ||
    open;
  if (!agrees) reasons.push(`outcome ${outcome.kind}, recorded ${recording.result}`);
  if (outcome.kind !== 'panics' || !outcome.line || recording.panic === undefined || open) return;
  const panic = withoutPlace(recording.panic.trimEnd());
  if (!panic.endsWith(withoutPlace(outcome.line.text)))
    reasons.push(`panic ${outcome.line.text}, recorded ${panic}`);
}

/** Every property and every node of a tree in order, one a line. */
function linesOf(node: DtNode, into: string[] = []): string[] {
  for (const [name, { bytes }] of node.properties)
    into.push(`${node.path} ${name} = ${Buffer.from(bytes).toString('hex')}`);
  for (const child of node.children) {
    into.push(child.path);
    linesOf(child, into);
  }
  return into;
}

function compareTrees(recorded: DeviceTree, boot: XenBoot, reasons: string[]): void {
  const tree = boot.dom0?.tree;
  if (!tree) {
    reasons.push('dom0 has a tree, none predicted');
    return;
  }
  const [expected, actual] = [linesOf(recorded.root), linesOf(tree.root)];
  const at = expected.findIndex((line, index) => line !== actual[index]);
  if (at >= 0 || actual.length > expected.length) {
    const index = at < 0 ? expected.length : at;
    reasons.push(
      `dom0's tree: ${actual[index] ?? 'nothing'}, recorded ${expected[index] ?? 'nothing'}`,
    );
  }
}

/** How a prediction made with a part of the facts compares: what it claims wrongly, and how much it still tells. */
export interface PartComparison {
  readonly wrong: readonly string[];
  /** Lines about memory that were recorded, and those of them that were predicted. */
  readonly recorded: number;
  readonly told: number;
  readonly isOutcomeKnown: boolean;
}

/** Lines must have been printed in this order, and a known outcome must be the recorded one; others may be missing. */
export function comparePart(recording: Recording, boot: XenBoot): PartComparison {
  const wrong: string[] = [];
  const recorded = recording.lines.map((line) => line.trimEnd());
  let at = 0;
  let told = 0;
  for (const { text } of boot.log) {
    const index = recorded.indexOf(text.trimEnd(), at);
    if (index < 0) wrong.push(`predicted, not recorded: ${text}`);
    else {
      at = index + 1;
      if (ABOUT_MEMORY.test(text)) told += 1;
    }
  }
  compareOutcome(recording, { ...boot, uncertain: [] }, wrong);
  const isOutcomeKnown = boot.outcome.kind !== 'unknown';
  return {
    wrong: isOutcomeKnown ? wrong : wrong.filter((each) => !each.startsWith('outcome ')),
    recorded: recorded.filter((line) => ABOUT_MEMORY.test(line)).length,
    told,
    isOutcomeKnown,
  };
}
