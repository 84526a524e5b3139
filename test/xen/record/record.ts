// Boots a board of test/fixtures/xen-boots under real Xen in QEMU and leaves the recording beside it: see README.md.
//   npx tsx test/xen/record/record.ts BOARD --build 4.17.7 --xen IMAGE --kernel IMAGE [--ramdisk FILE]

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseRelease } from '../../../server/src/xen/releases.ts';
import { Machine } from './machine.ts';
import { resultOf, splitConsole } from './split-console.ts';

interface Module {
  readonly addr: string;
  readonly size: string;
}

/** What `settings.json` of a board says about the machine. */
interface Settings {
  readonly modules: {
    readonly xen: Pick<Module, 'addr'>;
    readonly dtb: Pick<Module, 'addr'>;
    readonly kernel?: Module;
    readonly initrd?: Module;
  };
  readonly qemu: {
    readonly machine: string;
    readonly cpu: string;
    readonly smp: number;
    readonly m: string;
  };
}

interface Boot {
  /** In the words of `result.json`. */
  readonly result: string;
  readonly console: string;
  /** Memory in which Xen's ring is, if Xen could not dump it; else empty. */
  readonly memory: string;
  /** The DTB that dom0 got. */
  readonly dom0Blob: Buffer | undefined;
}

/** `ldr x0, dtb; ldr x1, xen; br x1; nop`: QEMU itself would pass its own devicetree to Xen. */
const STUB_AT_RESET = [0x58000080, 0x580000a1, 0xd61f0020, 0xd503201f];

/** Bytes from Xen's start in which all that it has by itself lies. */
const XEN_SPAN = 0x400000n;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: 'string' },
    xen: { type: 'string' },
    kernel: { type: 'string' },
    ramdisk: { type: 'string' },
    to: { type: 'string' },
  },
});

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});

async function main(): Promise<void> {
  const [board] = positionals;
  const { build, xen, to } = values;
  if (board === undefined || build === undefined || xen === undefined)
    throw new Error(
      'usage: record.ts BOARD --build RELEASE[-VARIANT] --xen IMAGE --kernel IMAGE [--ramdisk FILE] [--to FOLDER]',
    );
  const [release = ''] = build.split('-');
  if (release !== 'master' && parseRelease(release) === undefined)
    throw new Error(`${release}: add this release to server/src/xen/releases.ts first`);
  const work = mkdtempSync(path.join(tmpdir(), 'record-'));
  try {
    await record({ board, build, xen, to: to ?? path.join(board, build), work });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Boots the board in the folder `board` and writes xen.log, dom0.log, dom0.dts and result.json into `to`. */
async function record(asked: {
  readonly board: string;
  readonly build: string;
  readonly xen: string;
  readonly to: string;
  readonly work: string;
}): Promise<void> {
  const { board, build, xen, to, work } = asked;
  const settings = JSON.parse(readFileSync(path.join(board, 'settings.json'), 'utf8')) as Settings;
  const { modules, qemu } = settings;
  const blob = path.join(work, 'board.dtb');
  dtc('-I', 'dts', '-O', 'dtb', '-o', blob, path.join(board, 'board.dts'));
  const loaded = [
    { file: xen, addr: modules.xen.addr },
    { file: blob, addr: modules.dtb.addr },
    ...fileOf('kernel', modules.kernel),
    ...fileOf('ramdisk', modules.initrd),
  ];
  const stub = path.join(work, 'stub.bin');
  writeFileSync(stub, stubFor(BigInt(modules.dtb.addr), BigInt(modules.xen.addr)));
  const options = [
    ...['-machine', qemu.machine, '-cpu', qemu.cpu, '-smp', String(qemu.smp), '-m', qemu.m],
    ...['-bios', stub],
    ...loaded.flatMap(({ file, addr }) => [
      '-device',
      `loader,file=${file},addr=${addr},force-raw=on`,
    ]),
  ];
  const { result, console: text, memory, dom0Blob } = await boot(options, settings, work);
  const { xenLog, dom0Log } = splitConsole(text, memory);
  if (!xenLog.includes('(XEN) RAM: '))
    throw new Error(`${result}, and no line about RAM: this build needs early printk`);
  mkdirSync(to, { recursive: true });
  writeFileSync(path.join(to, 'xen.log'), xenLog, 'latin1');
  if (dom0Log !== '') writeFileSync(path.join(to, 'dom0.log'), dom0Log, 'latin1');
  if (dom0Blob) {
    const file = path.join(work, 'dom0.dtb');
    writeFileSync(file, dom0Blob);
    dtc('-q', '-I', 'dtb', '-O', 'dts', '-o', path.join(to, 'dom0.dts'), file);
  }
  const about = {
    case: path.basename(path.resolve(board)),
    xen: build,
    result,
    dtb_size: statSync(blob).size,
    xen_size: statSync(xen).size,
  };
  writeFileSync(path.join(to, 'result.json'), `${JSON.stringify(about, undefined, 1)}\n`);
  console.log(`${to}: ${result}`);
}

async function boot(
  options: readonly string[],
  { modules }: Settings,
  work: string,
): Promise<Boot> {
  const machine = new Machine(options, work);
  try {
    const end = await machine.wait((text) => resultOf(text) !== undefined);
    const result = resultOf(machine.console) ?? end ?? '';
    let memory = '';
    // What Xen printed before its console was up is only in its ring. Three times Ctrl-A talks to Xen, `w` dumps the ring.
    if (result === 'xen-panic') {
      const bytes = await machine.readMemory(BigInt(modules.xen.addr), XEN_SPAN);
      memory = bytes.toString('latin1');
    } else if (machine.isRunning) {
      await machine.type('\x01\x01\x01');
      await machine.type('w');
    }
    // dom0's memory is where its addresses say, so the machine's memory can be read in its place.
    const place = /Loading (?:d0|dom0) DTB to (0x[0-9a-f]+)-(0x[0-9a-f]+)/.exec(machine.console);
    const [, from = '0', to = '0'] = place ?? [];
    const size = BigInt(to) - BigInt(from);
    const dom0Blob =
      size > 0n && machine.isRunning ? await machine.readMemory(BigInt(from), size) : undefined;
    return { result, console: machine.console, memory, dom0Blob };
  } finally {
    await machine.stop();
  }
}

/** The file to load for a module that the board has. A shorter file is followed by zeros, as RAM is. */
function fileOf(
  name: 'kernel' | 'ramdisk',
  module: Module | undefined,
): { file: string; addr: string }[] {
  const file = values[name];
  if (module === undefined) return [];
  if (file === undefined) throw new Error(`the board has a ${name}: give its file with --${name}`);
  const { size } = statSync(file);
  if (size > Number(module.size))
    throw new Error(
      `${file} has 0x${size.toString(16)} bytes, board.dts and settings.json give the ${name} ${module.size}: use a smaller one, or a new board`,
    );
  return [{ file, addr: module.addr }];
}

/** 32 bytes that run at reset: x0 is the devicetree, then Xen. */
function stubFor(dtb: bigint, xen: bigint): Uint8Array {
  const bytes = Buffer.alloc(32);
  STUB_AT_RESET.forEach((word, index) => bytes.writeUInt32LE(word, index * 4));
  bytes.writeBigUInt64LE(dtb, 16);
  bytes.writeBigUInt64LE(xen, 24);
  return bytes;
}

function dtc(...args: readonly string[]): void {
  const ran = spawnSync('dtc', args, { encoding: 'utf8' });
  if (ran.status !== 0)
    throw new Error(`dtc ${args.join(' ')}: ${ran.error?.message ?? ran.stderr}`);
}
