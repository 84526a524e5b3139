// Boots a board of test/fixtures/xen-boots under real Xen in QEMU and leaves the recording beside it: see README.md.
//   npx tsx test/xen/record/record.ts BOARD --build 4.17.7 --xen IMAGE --kernel IMAGE [--ramdisk FILE]

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseRelease } from '../../../server/src/xen/releases.ts';
import { resultOf, splitConsole } from './split-console.ts';

/** What `settings.json` of a board says about the machine. */
interface Settings {
  readonly modules: Readonly<
    Record<'xen' | 'dtb', { readonly addr: string }> &
      Partial<Record<'kernel' | 'initrd', { readonly addr: string; readonly size: string }>>
  >;
  readonly qemu: {
    readonly machine: string;
    readonly cpu: string;
    readonly smp: number;
    readonly m: string;
  };
}

/** A console that is silent for so long says nothing more; a busy machine needs all of it. */
const IDLE_SECONDS = 30;
const LONGEST_SECONDS = 300;

/** `ldr x0, dtb; ldr x1, xen; br x1; nop`: QEMU itself would pass its own devicetree to Xen. */
const STUB_AT_RESET = [0x58000080, 0x580000a1, 0xd61f0020, 0xd503201f];

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
const [board] = positionals;
if (board === undefined || values.build === undefined || values.xen === undefined)
  stop(
    'usage: record.ts BOARD --build RELEASE[-VARIANT] --xen IMAGE --kernel IMAGE [--ramdisk FILE] [--to FOLDER]',
  );
const [release = ''] = values.build.split('-');
if (release !== 'master' && parseRelease(release) === undefined)
  stop(`${release}: add this release to server/src/xen/releases.ts first`);
record(board, values.build, values.xen, values.to ?? path.join(board, values.build)).catch(
  (error: unknown) => {
    stop(error instanceof Error ? error.message : String(error));
  },
);

/** Boots `folder`'s board and writes xen.log, dom0.log, dom0.dts and result.json into `to`. */
async function record(folder: string, build: string, xen: string, to: string): Promise<void> {
  const settings = JSON.parse(readFileSync(path.join(folder, 'settings.json'), 'utf8')) as Settings;
  const work = mkdtempSync(path.join(tmpdir(), 'record-'));
  try {
    const blob = path.join(work, 'board.dtb');
    dtc('-I', 'dts', '-O', 'dtb', '-o', blob, path.join(folder, 'board.dts'));
    const { modules } = settings;
    const loaded = [
      { file: xen, addr: modules.xen.addr },
      { file: blob, addr: modules.dtb.addr },
      ...moduleFile('kernel', values.kernel, modules.kernel),
      ...moduleFile('ramdisk', values.ramdisk, modules.initrd),
    ];
    const stub = path.join(work, 'stub.bin');
    writeFileSync(stub, stubFor(BigInt(modules.dtb.addr), BigInt(modules.xen.addr)));
    const monitor = path.join(work, 'monitor');
    const { machine, cpu, smp, m } = settings.qemu;
    const command = [
      'qemu-system-aarch64',
      ...['-machine', machine, '-cpu', cpu, '-smp', String(smp), '-m', m, '-bios', stub],
      ...loaded.flatMap(({ file, addr }) => [
        '-device',
        `loader,file=${file},addr=${addr},force-raw=on`,
      ]),
      ...['-display', 'none', '-net', 'none', '-no-reboot', '-serial', 'stdio'],
      ...['-monitor', `unix:${monitor},server=on,wait=off`],
    ];
    const dom0Blob = path.join(work, 'dom0.dtb');
    const boot = await runMachine(command, monitor, dom0Blob);
    const { xenLog, dom0Log } = splitConsole(boot.console);
    if (!xenLog.includes('(XEN) RAM: '))
      throw new Error(
        'the console shows no line about RAM: a Xen that stops before its ring can be read must be built with early printk',
      );
    mkdirSync(to, { recursive: true });
    writeFileSync(path.join(to, 'xen.log'), xenLog, 'latin1');
    if (dom0Log !== '') writeFileSync(path.join(to, 'dom0.log'), dom0Log, 'latin1');
    if (boot.hasDom0Blob)
      dtc('-q', '-I', 'dtb', '-O', 'dts', '-o', path.join(to, 'dom0.dts'), dom0Blob);
    const result = {
      case: path.basename(path.resolve(folder)),
      xen: build,
      result: resultOf(boot.console) ?? boot.end,
      dtb_size: statSync(blob).size,
      xen_size: statSync(xen).size,
    };
    writeFileSync(path.join(to, 'result.json'), `${JSON.stringify(result, undefined, 1)}\n`);
    console.log(`${to}: ${result.result}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The file to load for a module that the board has. A shorter file is followed by zeros, as RAM is. */
function moduleFile(
  name: string,
  file: string | undefined,
  module: { readonly addr: string; readonly size: string } | undefined,
): { file: string; addr: string }[] {
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

interface Boot {
  readonly console: string;
  /** Why the machine was stopped when the console does not say. */
  readonly end: string;
  readonly hasDom0Blob: boolean;
}

async function runMachine(
  [program = '', ...args]: readonly string[],
  monitor: string,
  dom0Blob: string,
): Promise<Boot> {
  const machine = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve, reject) => {
    machine.once('error', reject);
    machine.once('close', () => {
      resolve();
    });
  });
  let output = '';
  let heard = Date.now();
  machine.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('latin1');
    heard = Date.now();
  });
  const began = Date.now();
  let end = 'timeout';
  const isOver = async (): Promise<boolean> =>
    Promise.race([ended.then(() => true), sleep(500, false)]);
  while (Date.now() - began < LONGEST_SECONDS * 1000) {
    if (await isOver()) break;
    if (resultOf(output) !== undefined) break;
    if (Date.now() - heard > IDLE_SECONDS * 1000) {
      end = `hang(idle ${IDLE_SECONDS}s)`;
      break;
    }
  }
  // What Xen printed before its console was up is only in its ring: three times Ctrl-A talks to Xen, `w` dumps it.
  if (machine.exitCode === null && !/Panic on CPU/.test(output)) {
    machine.stdin.write('\x01\x01\x01');
    await sleep(1000);
    machine.stdin.write('w');
    await sleep(3000);
  }
  const place = /Loading (?:d0|dom0) DTB to (0x[0-9a-f]+)-(0x[0-9a-f]+)/.exec(output);
  const hasDom0Blob = place !== null && machine.exitCode === null;
  if (hasDom0Blob) {
    // dom0's memory is where its addresses say, so that the machine's memory can be read in its place.
    const [, from = '', to = ''] = place;
    const size = BigInt(to) - BigInt(from);
    await askMonitor(monitor, `pmemsave ${from} ${size} "${dom0Blob}"`);
  }
  if (machine.exitCode === null) machine.kill('SIGKILL');
  await ended;
  return { console: output, end, hasDom0Blob };
}

/** Gives QEMU's monitor one command and waits until it is done. */
async function askMonitor(socket: string, command: string): Promise<void> {
  const monitor = connect(socket);
  await new Promise<void>((resolve, reject) => {
    let prompts = 0;
    monitor.on('data', (chunk: Buffer) => {
      prompts += chunk.toString('latin1').split('(qemu) ').length - 1;
      if (prompts === 1) monitor.write(`${command}\n`);
      if (prompts >= 2) resolve();
    });
    monitor.once('error', reject);
  });
  monitor.destroy();
}

function dtc(...args: readonly string[]): void {
  const ran = spawnSync('dtc', args, { encoding: 'utf8' });
  if (ran.status !== 0)
    throw new Error(`dtc ${args.join(' ')}: ${ran.error?.message ?? ran.stderr}`);
}

function stop(reason: string): never {
  console.error(reason);
  process.exit(2);
}
