// Reads an ImageBuilder `config` and places its files as `uboot-script-gen` would (placement: its load_file, add_size).

import { formatAddress } from '../addresses/format.ts';
import type { BootScript, ScriptLoad } from './boot-script.ts';
import type { SizeOf } from './read-boot-script.ts';
import type { ScriptStatement } from './write-script-tree.ts';

interface Setting {
  readonly value: string;
  readonly line: number;
  /** Its variables made it longer than is read; `value` is then empty. */
  readonly isTooLong?: boolean;
}

/** A `config`: variables by name, `DOMU_KERNEL[0]` with its index. */
export type ImageBuilderConfig = ReadonlyMap<string, Setting>;

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*(?:\[\d+\])?)=(.*)$/;

/** The variables of a `config`, or undefined when the text is none: it must set DEVICE_TREE or MEMORY_START. */
export function readImageBuilderConfig(text: string): ImageBuilderConfig | undefined {
  const settings = new Map<string, Setting>();
  let substituted = 0;
  text.split(/\r?\n/).forEach((source, index) => {
    const match = ASSIGNMENT.exec(source);
    if (!match) return;
    const [, name = '', raw = ''] = match;
    let length = 0;
    const value = unquote(raw).replace(
      /\$\{?([A-Za-z_]\w*(?:\[\d+\])?)\}?/g,
      (_, other: string) => {
        const put = settings.get(other)?.value ?? '';
        length += put.length;
        return length > LONGEST_VALUE ? '' : put;
      },
    );
    substituted += Math.min(length, LONGEST_VALUE);
    const isTooLong = length > LONGEST_VALUE || substituted > MOST_SUBSTITUTED;
    const line = index + 1;
    settings.set(name, isTooLong ? { value: '', line, isTooLong } : { value, line });
  });
  const known = ['MEMORY_START', 'DEVICE_TREE', 'DOM0_KERNEL', 'NUM_DOMUS', 'XEN'];
  return known.filter((name) => settings.has(name)).length >= 2 ? settings : undefined;
}

function unquote(raw: string): string {
  const value = raw.trimStart();
  const quote = value.charAt(0);
  if (quote === '"' || quote === "'") {
    let end = 1;
    while (end < value.length && value.charAt(end) !== quote)
      end += quote === '"' && value.charAt(end) === '\\' ? 2 : 1;
    if (end < value.length) return value.slice(1, end).replace(/\\(["\\$])/g, '$1');
  }
  for (let at = raw.indexOf('#'); at >= 0; at = raw.indexOf('#', at + 1))
    if (at > 0 && raw.charAt(at - 1).trim() === '') return raw.slice(0, at).trim();
  return raw.trim();
}

/** UTF-16 units that variables put into one value, and into all of a `config`: more than any has. */
const LONGEST_VALUE = 1 << 16;
const MOST_SUBSTITUTED = 1 << 24;

const STEP = 2n << 20n;
const LOWEST = 12n << 20n;
const DEFAULT_DOM0_COMMAND = 'console=hvc0 earlycon=xen earlyprintk=xen clk_ignore_unused';
const DEFAULT_GUEST_COMMAND = 'console=ttyAMA0';

interface Placing {
  readonly config: ImageBuilderConfig;
  readonly sizeOf: SizeOf;
  readonly loads: ScriptLoad[];
  readonly statements: ScriptStatement[];
  readonly unclear: { line: number; because: string }[];
  at: bigint | undefined;
}

/**
 * The tree edits and load addresses that `uboot-script-gen` makes of `config`, in the order of its versions since 2021
 * (dom0, domUs, Xen, its policy, the tree). A file without known size leaves the address of everything after it unknown,
 * which `unclear` says.
 */
export function placeImages(config: ImageBuilderConfig, sizeOf: SizeOf): BootScript {
  const memoryStart = numberOf(config.get('MEMORY_START')?.value) ?? 0n;
  const script = memoryStart + STEP < LOWEST ? LOWEST : memoryStart + STEP;
  const placing: Placing = {
    config,
    sizeOf,
    loads: [],
    statements: [],
    unclear: [],
    at: script + STEP,
  };
  for (const [name, { line, isTooLong }] of config)
    if (isTooLong)
      placing.unclear.push({
        line,
        because: `with its variables put in, ${name} is longer than ${LONGEST_VALUE} characters, or the file than ${MOST_SUBSTITUTED >> 20} MiB: it is taken as empty`,
      });
  const kernel = place(placing, 'DOM0_KERNEL');
  const hasDom0 = isSet(config, 'DOM0_KERNEL');
  const ramdisk = hasDom0 ? place(placing, 'DOM0_RAMDISK') : undefined;
  const domUs = Array.from({ length: countOf(config, 'NUM_DOMUS') }, (_, index) => index)
    .filter((index) => !isSet(config, `DOMU_NOBOOT[${index}]`))
    .map((index) => ({
      index,
      kernel: place(placing, `DOMU_KERNEL[${index}]`),
      ramdisk: place(placing, `DOMU_RAMDISK[${index}]`),
      dtb: placePartialTree(placing, index),
    }));
  const xen = place(placing, 'XEN');
  const policy = place(placing, 'XEN_POLICY');
  const tree = place(placing, 'DEVICE_TREE');
  const overlays = Array.from({ length: countOf(config, 'NUM_DT_OVERLAY') }, (_, index) => {
    place(placing, `DT_OVERLAY[${index}]`);
    return config.get(`DT_OVERLAY[${index}]`)?.value ?? '';
  }).filter((name) => name !== '');

  setChosen(placing);
  if (policy) setModuleOfHost(placing, 'xen-policy', '"xen,xsm-policy"', policy);
  if (kernel) setDom0(placing, kernel);
  if (ramdisk) setModuleOfHost(placing, 'dom0-ramdisk', '"xen,linux-initrd"', ramdisk);
  for (const domU of domUs) setDomain(placing, domU, hasDom0);
  refusePastEnd(placing);
  return {
    statements: placing.statements,
    loads: placing.loads,
    overlays,
    boot: {
      ...(xen ? { kernel: xen.start } : {}),
      ...(tree ? { dtb: tree.start } : {}),
      efi: config.get('BOOT_CMD')?.value === 'bootefi',
      line: config.get('XEN')?.line ?? config.get('DEVICE_TREE')?.line ?? 1,
    },
    unclear: placing.unclear,
  };
}

interface Image {
  readonly start: bigint;
  readonly size: bigint;
  readonly line: number;
}

function isSet(config: ImageBuilderConfig, name: string): boolean {
  return (config.get(name)?.value ?? '') !== '';
}

/** Loads the file a variable names at the next free place; undefined when it is not set or the place is unknown. */
function place(placing: Placing, name: string): Image | undefined {
  const setting = placing.config.get(name);
  if (!setting || setting.value === '' || placing.at === undefined) return undefined;
  const start = placing.at;
  const size = placing.sizeOf(setting.value);
  placing.loads.push({ address: start, file: setting.value, line: setting.line });
  if (size === undefined) {
    placing.unclear.push({
      line: setting.line,
      because: `${setting.value} is not there, so nothing is known of what is loaded after it`,
    });
    placing.at = undefined;
    return undefined;
  }
  placing.at = (start + size + STEP - 1n) & ~(STEP - 1n);
  return { start, size, line: setting.line };
}

/** DOMU_PASSTHROUGH_DTB; of DOMU_PASSTHROUGH_PATHS the script makes a tree that nobody has before it runs. */
function placePartialTree(placing: Placing, index: number): Image | undefined {
  const paths = placing.config.get(`DOMU_PASSTHROUGH_PATHS[${index}]`);
  if (!paths || paths.value === '') return place(placing, `DOMU_PASSTHROUGH_DTB[${index}]`);
  for (const path of paths.value.split(/\s+/).filter(Boolean))
    if (path.startsWith('/')) set(placing, path, 'xen,passthrough', '', paths.line);
  if (isSet(placing.config, 'PASSTHROUGH_DTS_REPO') || isSet(placing.config, 'LOPPER_PATH')) {
    placing.unclear.push({
      line: paths.line,
      because:
        'the partial tree is made when the script runs, so nothing is known of what is loaded after it',
    });
    placing.at = undefined;
  }
  return undefined;
}

function refusePastEnd({ config, at, unclear }: Placing): void {
  const setting = config.get('MEMORY_END');
  const end = numberOf(setting?.value);
  if (!setting || end === undefined || at === undefined || at + STEP <= end) return;
  unclear.push({
    line: setting.line,
    because: `the files need memory up to ${formatAddress(at + STEP)}, past MEMORY_END: uboot-script-gen refuses`,
  });
}

function countOf(config: ImageBuilderConfig, name: string): number {
  const count = Number(config.get(name)?.value ?? '0');
  return Number.isInteger(count) && count > 0 && count <= 64 ? count : 0;
}

function numberOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(?:0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text)
    ? BigInt(text)
    : undefined;
}

function cells(...values: readonly bigint[]): string {
  const parts = values.flatMap((value) => [value >> 32n, value & 0xffff_ffffn]);
  return `<${parts.map((part) => `0x${part.toString(16)}`).join(' ')}>`;
}

function setChosen(placing: Placing): void {
  const { config } = placing;
  const line = config.get('XEN_CMD')?.line ?? config.get('XEN')?.line ?? 1;
  set(placing, '/chosen', '#address-cells', '<2>', line);
  set(placing, '/chosen', '#size-cells', '<2>', line);
  set(placing, '/chosen', 'xen,xen-bootargs', JSON.stringify(xenCommand(config)), line);
  const heap = pairs(config.get('XEN_STATIC_HEAP'));
  if (heap) set(placing, '/chosen', 'xen,static-heap', cells(...heap.values), heap.line);
}

function xenCommand(config: ImageBuilderConfig): string {
  const value = (name: string): string => config.get(name)?.value ?? '';
  const given = value('XEN_CMD');
  const words = (
    given !== ''
      ? given
      : `console=dtuart dtuart=serial0 dom0_mem=${value('DOM0_MEM') || '1024'}M dom0_max_vcpus=${value('DOM0_VCPUS') || '1'} bootscrub=0 vwfi=native sched=null`
  ).split(/\s+/);
  // A boot without dom0 is not told about one.
  const kept = isSet(config, 'DOM0_KERNEL')
    ? words
    : words.filter((word) => !word.startsWith('dom0'));
  return [
    ...kept,
    ...(isSet(config, 'XEN_COLORS') ? [`xen-llc-colors=${value('XEN_COLORS')}`] : []),
    ...(isSet(config, 'DOM0_COLORS') ? [`dom0-llc-colors=${value('DOM0_COLORS')}`] : []),
  ].join(' ');
}

function setDom0(placing: Placing, kernel: Image): void {
  setModuleOfHost(placing, 'dom0', '"xen,linux-zimage"', kernel);
  const command = placing.config.get('DOM0_CMD');
  const text = command?.value ?? DEFAULT_DOM0_COMMAND;
  const line = command?.line ?? kernel.line;
  set(placing, '/chosen', 'xen,dom0-bootargs', JSON.stringify(text), line);
}

function setModuleOfHost(placing: Placing, name: string, kind: string, image: Image): void {
  const path = `/chosen/${name}@${unit(image)}`;
  placing.statements.push({ kind: 'node', path, line: image.line });
  const compatible = `${kind}, "xen,multiboot-module", "multiboot,module"`;
  set(placing, path, 'compatible', compatible, image.line);
  set(placing, path, 'reg', cells(image.start, image.size), image.line);
}

/** The script prints addresses by `%X`. */
function unit({ start }: Image): string {
  return start.toString(16).toUpperCase();
}

function set(placing: Placing, path: string, name: string, value: string, line: number): void {
  placing.statements.push({ kind: 'property', path, name, value, line });
}

/** `base size …` as numbers; undefined when not set or not pairs. */
function pairs(setting: Setting | undefined): { values: bigint[]; line: number } | undefined {
  if (!setting) return undefined;
  const values = setting.value.split(/\s+/).filter(Boolean).map(numberOf);
  if (values.length === 0 || values.length % 2 !== 0 || values.includes(undefined))
    return undefined;
  return { values: values as bigint[], line: setting.line };
}

function setDomain(
  placing: Placing,
  domU: {
    readonly index: number;
    readonly kernel: Image | undefined;
    readonly ramdisk: Image | undefined;
    readonly dtb: Image | undefined;
  },
  hasDom0: boolean,
): void {
  const { config } = placing;
  const { index } = domU;
  const path = `/chosen/domU${index}`;
  const setting = (name: string): Setting | undefined => config.get(`DOMU_${name}[${index}]`);
  const line = setting('KERNEL')?.line ?? config.get('NUM_DOMUS')?.line ?? 1;
  const put = (name: string, value: string, from: string): void => {
    set(placing, path, name, value, setting(from)?.line ?? line);
  };
  placing.statements.push({ kind: 'node', path, line });
  put('compatible', '"xen,domain"', 'KERNEL');
  put('#address-cells', '<2>', 'KERNEL');
  put('#size-cells', '<2>', 'KERNEL');
  put('memory', cells((numberOf(setting('MEM')?.value) ?? 512n) * 1024n), 'MEM');
  put('cpus', `<${numberOf(setting('VCPUS')?.value) ?? 1n}>`, 'VCPUS');
  const hasConsole = ['', '1'].includes(setting('VPL011')?.value ?? '');
  if (hasConsole) put('vpl011', '<1>', 'VPL011');
  const staticMemory = pairs(setting('STATIC_MEM'));
  if (staticMemory) {
    put('xen,static-mem', cells(...staticMemory.values), 'STATIC_MEM');
    // On unless it is switched off, as long as there is static memory to map.
    if (['', '1'].includes(setting('DIRECT_MAP')?.value ?? '')) put('direct-map', '', 'DIRECT_MAP');
  }
  const enhanced = setting('ENHANCED')?.value ?? '';
  if (enhanced === '2') put('xen,enhanced', '"no-xenstore"', 'ENHANCED');
  else if (enhanced === '1' || (hasDom0 && enhanced !== '0'))
    put('xen,enhanced', '"enabled"', 'ENHANCED');
  const colors = setting('COLORS')?.value ?? '';
  if (colors !== '') put('llc-colors', JSON.stringify(colors), 'COLORS');
  const pool = numberOf(setting('P2M_MEM_MB')?.value);
  if (pool !== undefined) put('xen,domain-p2m-mem-mb', `<${pool}>`, 'P2M_MEM_MB');
  setSharedMemory(placing, path, setting('SHARED_MEM'));
  const command = setting('CMD')?.value ?? (hasConsole ? DEFAULT_GUEST_COMMAND : '');
  if (domU.kernel) {
    const node = setModule(placing, path, 'multiboot,kernel', domU.kernel);
    set(placing, node, 'bootargs', JSON.stringify(command), setting('CMD')?.line ?? line);
  }
  if (domU.ramdisk) setModule(placing, path, 'multiboot,ramdisk', domU.ramdisk);
  if (domU.dtb) setModule(placing, path, 'multiboot,device-tree', domU.dtb);
}

function setModule(placing: Placing, path: string, compatible: string, image: Image): string {
  const node = `${path}/module@${unit(image)}`;
  placing.statements.push({ kind: 'node', path: node, line: image.line });
  set(placing, node, 'compatible', `"${compatible}", "multiboot,module"`, image.line);
  set(placing, node, 'reg', cells(image.start, image.size), image.line);
  return node;
}

// DOMU_SHARED_MEM[n]="SHM-ID HPA GPA SIZE"
function setSharedMemory(placing: Placing, path: string, setting: Setting | undefined): void {
  const [id, ...rest] = setting?.value.split(/\s+/).filter(Boolean) ?? [];
  const values = rest.map(numberOf);
  if (!setting || id === undefined || values.length !== 3 || values.includes(undefined)) return;
  const [host = 0n] = values;
  const node = `${path}/shared-mem@${host.toString(16)}`;
  placing.statements.push({ kind: 'node', path: node, line: setting.line });
  set(placing, node, 'compatible', '"xen,domain-shared-memory-v1"', setting.line);
  set(placing, node, 'xen,shm-id', JSON.stringify(id), setting.line);
  set(placing, node, 'xen,shared-mem', cells(...(values as bigint[])), setting.line);
}
