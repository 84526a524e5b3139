// Boards put together by hand for tests of the memory map view: the tree with its source, and what Xen and Linux make of it.

import { reason } from '../server/src/xen/reasons.ts';
import { compareRanges, subtract, type Range } from '../server/src/addresses/region.ts';
import type { LinuxBoot, LinuxReserved } from '../server/src/linux/linux-boot.ts';
import type { Bank, DynamicReserved, Module, Reserved } from '../server/src/memory/memory-map.ts';
import type { OriginMap } from '../server/src/preprocess/origin.ts';
import type { Board } from '../server/src/rules/board.ts';
import type { Finding } from '../server/src/rules/finding.ts';
import type { Definition, DtNode, DtProperty, Written } from '../server/src/tree/device-tree.ts';
import type { Outcome, XenBoot, XenReserved } from '../server/src/xen/xen-boot.ts';
import { linuxBoots } from '../server/src/linux/linux-boots.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';
import { gatherFacts } from '../server/src/facts/gather-facts.ts';

export const KIB = 1024n;
export const MIB = 1024n * KIB;
export const GIB = 1024n * MIB;

interface Flags {
  readonly noMap?: boolean;
  readonly disabled?: boolean;
  readonly reusable?: boolean;
  /** Sizes that later definitions overrode. */
  readonly overridden?: bigint;
}

type MutableNode = { -readonly [K in keyof DtNode]: DtNode[K] } & {
  children: DtNode[];
  properties: Map<string, DtProperty>;
};

/** Writes a board's source line by line while its tree and memory map grow. */
export class BoardWriter {
  readonly file = '/board/board.dts';
  text = '/dts-v1/;\n\n';
  readonly root = this.#node('', undefined);
  readonly #reservedMemory = this.#node('reserved-memory', this.root);
  readonly #chosen = this.#node('chosen', this.root);
  readonly banks: Bank[] = [];
  readonly reserved: Reserved[] = [];
  readonly dynamic: DynamicReserved[] = [];
  readonly modules: Module[] = [];
  readonly xen: XenBoot[] = [];
  readonly linux: LinuxBoot[] = [];
  ramKnown = true;

  constructor() {
    const two = new Uint8Array([0, 0, 0, 2]);
    for (const node of [this.root, this.#reservedMemory])
      for (const name of ['#address-cells', '#size-cells']) this.#mark(node, name, two);
    this.#mark(this.#reservedMemory, 'ranges');
    this.#mark(this.#chosen, 'xen,xen-bootargs');
  }

  /** Gives a node a property that no text stands for. */
  #mark(node: MutableNode, name: string, bytes = new Uint8Array()): void {
    node.properties.set(name, { name, labels: [], bytes, overridden: [] });
  }

  readonly #origins: OriginMap = {
    originOf: (start, end) => ({ span: { file: this.file, start, end } }),
    expandedOffset: (_file, offset) => offset,
  };

  #node(name: string, parent: MutableNode | undefined, label?: string): MutableNode {
    const path = parent ? `${parent.path === '/' ? '' : parent.path}/${name}` : '/';
    const node: MutableNode = {
      path,
      name,
      parent,
      children: [],
      properties: new Map(),
      labels: label === undefined ? [] : [label],
      openings: [],
    };
    parent?.children.push(node);
    return node;
  }

  #write(text: string): Written {
    const start = this.text.length;
    this.text += text;
    return { in: this.#origins, start, end: this.text.length };
  }

  #define(text: string): Definition {
    const whole = this.#write(text);
    this.#write('\n');
    return { whole, name: whole, bytes: new Uint8Array(), parts: [] };
  }

  #open(
    parent: MutableNode,
    name: string,
    label: string | undefined,
    statements: Readonly<Record<string, readonly string[]>>,
  ): MutableNode {
    const node = this.#node(name, parent, label);
    const start = this.text.length;
    this.#write(`\t${label === undefined ? '' : `${label}: `}${name} {\n`);
    for (const [property, texts] of Object.entries(statements)) {
      const definitions = texts.map((text) => this.#define(`\t\t${text}`));
      const definition = definitions.at(-1);
      node.properties.set(property, {
        name: property,
        labels: [],
        bytes: new Uint8Array(),
        overridden: definitions.slice(0, -1),
        ...(definition && { definition }),
      });
    }
    this.#write('\t};\n');
    const whole = { in: this.#origins, start, end: this.text.length };
    node.openings = [{ whole, name: whole }];
    return node;
  }

  #reg(start: bigint, size: bigint): string {
    const high = (value: bigint): string => `0x${(value >> 32n).toString(16)}`;
    const low = (value: bigint): string => `0x${(value & 0xffffffffn).toString(16)}`;
    return `<${high(start)} ${low(start)} ${high(size)} ${low(size)}>`;
  }

  bank(start: bigint, size: bigint): this {
    const node = this.#open(this.root, `memory@${start.toString(16)}`, undefined, {
      reg: [`reg = ${this.#reg(start, size)};`],
    });
    this.banks.push({
      start,
      end: start + size,
      node,
      index: 0,
      enabled: true,
      written: undefined,
    });
    return this;
  }

  region(label: string, start: bigint, size: bigint, flags: Flags = {}): this {
    const node = this.#open(this.#reservedMemory, `buf@${start.toString(16)}`, label, {
      reg: [
        ...(flags.overridden ? [`reg = ${this.#reg(start, flags.overridden)};`] : []),
        `reg = ${this.#reg(start, size)};`,
      ],
      ...(flags.disabled && { status: ['status = "disabled";'] }),
    });
    if (flags.noMap) this.#mark(node, 'no-map');
    if (flags.reusable) this.#mark(node, 'reusable');
    this.reserved.push({
      kind: 'static',
      node,
      index: 0,
      start,
      end: start + size,
      written: undefined,
      enabled: !flags.disabled,
      noMap: flags.noMap ?? false,
      reusable: flags.reusable ?? false,
    });
    return this;
  }

  #domain(name: string): MutableNode {
    const known = this.#chosen.children.find((each) => each.name === name);
    if (known) return known as MutableNode;
    const node = this.#open(this.#chosen, name, undefined, {});
    node.properties.set('compatible', {
      name: 'compatible',
      labels: [],
      bytes: new TextEncoder().encode('xen,domain\0'),
      overridden: [],
    });
    return node;
  }

  /** A range given to a domain or to Xen by a property of a node under `/chosen`. */
  given(
    domain: string | undefined,
    kind: 'static-mem' | 'static-heap' | 'shared-mem',
    start: bigint,
    size: bigint,
  ): this {
    const owner = domain === undefined ? this.#chosen : this.#domain(domain);
    const parent =
      kind === 'shared-mem'
        ? this.#open(owner, `shared@${start.toString(16)}`, undefined, {})
        : owner;
    const name = `xen,${kind}`;
    const definition = this.#define(`\t\t${name} = ${this.#reg(start, size)};`);
    parent.properties.set(name, {
      name,
      labels: [],
      bytes: new Uint8Array(),
      overridden: [],
      definition,
    });
    this.reserved.push({
      kind,
      node: parent,
      index: 0,
      start,
      end: start + size,
      written: undefined,
      enabled: true,
      noMap: false,
      reusable: false,
    });
    return this;
  }

  cma(label: string, size: bigint, within: Range): this {
    const node = this.#open(this.#reservedMemory, label, label, {
      size: [`size = ${this.#reg(0n, size)};`],
      'alloc-ranges': [`alloc-ranges = ${this.#reg(within.start, within.end - within.start)};`],
    });
    this.dynamic.push({
      node,
      size,
      alignment: undefined,
      allocRanges: [within],
      enabled: true,
      noMap: false,
      reusable: true,
    });
    return this;
  }

  module(kind: string, start: bigint, size: bigint): this {
    const node = this.#open(this.#chosen, `module@${start.toString(16)}`, undefined, {
      reg: [`reg = ${this.#reg(start, size)};`],
    });
    this.modules.push({ kind, node, start, end: start + size, written: undefined });
    return this;
  }

  /** A boot of Xen in which the enabled regions (and `alsoKept`) are kept out and the rest is heap. */
  boot(
    name: string,
    how: {
      readonly outcome?: Outcome;
      readonly alsoKept?: readonly string[];
      readonly stopsAt?: string;
      readonly dom0?: readonly Range[];
    } = {},
  ): this {
    const [major = 4, minor = 0, point = 0] = name.split('.').map(Number);
    const modules = [
      { kind: 'Xen', start: this.#imageAt, end: this.#imageAt + 0x165000n },
      { kind: 'Device Tree', start: this.#imageAt + 0x2f00000n, end: this.#imageAt + 0x2f24000n },
      ...this.modules.map((each) => ({ ...each, kind: 'Kernel' })),
    ].map((each, index) => ({
      index,
      kind: each.kind,
      start: each.start,
      end: each.end,
      node: undefined,
      written: undefined,
      assumed: false,
    }));
    const kept = this.reserved.filter(
      (each) => each.enabled || how.alsoKept?.includes(each.node?.labels[0] ?? ''),
    );
    const stop = kept.findIndex(
      (each) => how.stopsAt !== undefined && each.node?.labels[0] === how.stopsAt,
    );
    const read = stop < 0 ? kept : kept.slice(0, stop);
    const reserved = read.map((each, index): XenReserved => ({
      index,
      start: each.start,
      end: each.end,
      node: each.node,
      written: undefined,
      kind: each.kind === 'static' ? 'reserved-memory' : each.kind,
    }));
    const domains = how.dom0 ?? [];
    const heap =
      this.reserved.some((each) => each.kind === 'static-heap') || how.outcome?.kind === 'panics'
        ? []
        : subtract(this.banks, [...reserved, ...modules, ...domains]);
    this.xen.push({
      release: { name, major, minor, point },
      target: `xen:${name}`,
      outcome: how.outcome ?? { kind: 'boots' },
      log: [],
      ram: this.banks.map((each) => ({ ...each, written: undefined })),
      modules,
      reserved,
      heap,
      unscanned: stop < 0 ? [] : kept.slice(stop + 1).flatMap((each) => each.node ?? []),
      dom0:
        domains.length === 0
          ? undefined
          : {
              size: domains.reduce((sum, each) => sum + each.end - each.start, 0n),
              banks: domains,
              memoryNodes: [
                { name: 'memory@60000000', reg: domains },
                {
                  name: 'memory@20000000',
                  reg: reserved.filter((each) => each.kind === 'reserved-memory'),
                },
              ],
              extendedRegions: [],
              exported: [],
              mapped: [],
              tree: undefined,
              blobSize: 0n,
            },
      valid: this.banks,
      restsOn: [],
      settled: undefined,
      neighbours: [],
      domUs: [],
      uncertain: [],
    });
    return this;
  }

  get #imageAt(): bigint {
    const bank = this.banks[0]?.start ?? 0x40000000n;
    const free = subtract(
      [{ start: bank, end: bank + 4n * GIB }],
      [...this.reserved, ...this.modules],
    ).find((each) => each.end - each.start > 64n * MIB);
    return (free?.start ?? bank) + MIB;
  }

  linuxBoot(release: string, placed: readonly LinuxReserved[] = []): this {
    this.linux.push({
      release,
      target: `linux:${release}`,
      architecture: 'arm64',
      commandLine: '',
      cut: [],
      pageSize: 4096n,
      neighbours: [],
      log: [],
      regionLimit: 64,
      memoryNodes: [],
      noMap: [],
      memoryRegions: this.banks,
      recorded: [],
      iomem: [],
      memory: this.banks,
      reserved: [
        ...this.reserved
          .filter((each) => each.enabled && each.kind === 'static')
          .map((each): LinuxReserved => ({
            start: each.start,
            end: each.end,
            node: each.node,
            written: undefined,
            kind: 'static',
            state: each.noMap ? 'no-map' : 'reserved',
          })),
        ...placed,
      ].sort(compareRanges),
      ignored: [],
    });
    return this;
  }

  /** A finding at a region's node, with another region as its related party. */
  finding(
    rule: string,
    severity: Finding['severity'],
    message: string,
    label: string,
    more: Partial<Finding> & { readonly other?: string } = {},
  ): Finding {
    const spanOfRegion = (name: string): Finding['at'] => {
      const node = this.#reservedMemory.children.find((each) => each.labels[0] === name);
      const whole = node?.openings[0]?.whole;
      if (!whole) throw new Error(`no region ${name}`);
      return { file: this.file, start: whole.start + 1, end: whole.start + 1 + name.length };
    };
    const { other, ...rest } = more;
    return {
      rule,
      severity,
      message,
      at: spanOfRegion(label),
      related: other === undefined ? [] : [{ message: other, at: spanOfRegion(other) }],
      targets: [],
      log: [],
      tells: [],
      instead: [],
      proposals: [],
      ...rest,
    };
  }

  board(): Board {
    const tree = {
      root: this.root,
      labels: new Map(),
      phandles: new Map(),
      memoryReservations: [],
      bootCpu: 0,
      isPlugin: false,
      problems: [],
    };
    return {
      source: {
        root: this.file,
        text: this.text,
        origins: this.#origins,
        inactive: [],
        conditional: [],
        includes: [],
        files: [this.file],
        needs: [],
        problems: [],
      },
      sources: [],
      files: {
        get: (id) => (id === this.file ? { id, text: this.text } : 'absent'),
        bytes: () => 'absent',
      },
      tree,
      map: {
        banks: this.banks,
        ramKnown: this.ramKnown,
        reserved: this.reserved,
        dynamic: this.dynamic,
        modules: this.modules,
        devices: [],
        unknown: [],
      },
      facts: gatherFacts(tree, { totalSize: 0n }, []),
      boots: [...this.xen, ...this.linux],
    };
  }
}

export interface Example {
  readonly board: Board;
  readonly findings: readonly Finding[];
}

const dom0 = (start: bigint, size: bigint): readonly Range[] => [{ start, end: start + size }];

/** A disabled `no-map` region at the start of the second bank: Xen 4.18 keeps it out, and nobody tells dom0's Linux. */
export function disabledRegionBoard(): Example {
  const writer = new BoardWriter()
    .bank(0x20000000n, 0xa0000000n)
    .bank(0x1a0000000n, 0x160000000n)
    .region('firmware', 0x20000000n, 64n * KIB, { noMap: true })
    .module('kernel', 0x24000000n, 64n * MIB)
    .region('isp', 0x2e000000n, 32n * MIB, { noMap: true })
    .region('frames', 0x40000000n, 512n * MIB, { noMap: true })
    .region('npu_reserved', 0x1a0000000n, 512n * MIB, { noMap: true, disabled: true });
  writer
    .boot('4.18.6', { alsoKept: ['npu_reserved'], dom0: dom0(0x60000000n, 512n * MIB) })
    .boot('4.22.0', { dom0: dom0(0x60000000n, 512n * MIB) })
    .linuxBoot('6.12');
  const fault = writer.finding(
    'reserved-disabled-kept',
    'error',
    'npu_reserved is disabled: Linux reserves nothing, Xen 4.18 still keeps it out and names it dom0 RAM',
    'npu_reserved',
    {
      targets: ['xen:4.18.6'],
      log: [
        {
          target: 'xen:4.18.6',
          line: '(XEN) arch/arm/p2m.c:2202: d0v0: Failing to acquire the MFN 0x1a02dc',
        },
      ],
    },
  );
  return { board: writer.board(), findings: [fault] };
}

const FIRMWARE = [
  ['hyp_mem', 0x80000000n, 0x600000n],
  ['xbl_mem', 0x80600000n, 0x200000n],
  ['aop_mem', 0x80800000n, 0x20000n],
  ['aop_cmd_db_mem', 0x80820000n, 0x20000n],
  ['sec_apps_mem', 0x808ff000n, 0x1000n],
  ['smem_mem', 0x80900000n, 0x200000n],
  ['tz_mem', 0x80b00000n, 0x3900000n],
  ['modem_mem', 0x86000000n, 0x8c00000n],
  ['network_fw_mem', 0x8b700000n, 0x10000n],
  ['network_gsi_mem', 0x8ec00000n, 0xa000n],
  ['gpu_zap_mem', 0x8ec0a000n, 0x2000n],
  ['video_mem', 0x8ee00000n, 0x500000n],
  ['audio_dsp_mem', 0x8f300000n, 0x1a00000n],
  ['wlan_mem', 0x91500000n, 0x180000n],
  ['camera_mem', 0x92c00000n, 0x500000n],
  ['vision_mem', 0x93800000n, 0x500000n],
  ['splash_mem', 0x9c000000n, 0x2300000n],
  ['ramoops_mem', 0x9e400000n, 0x400000n],
] as const;

/** Many firmware regions, of which an override grew one over another; Xen 4.18 stops reading there, 4.22 stops booting. */
export function overlapBoard(): Example {
  const writer = new BoardWriter().bank(0x80000000n, 0x100000000n);
  for (const [label, start, size] of FIRMWARE)
    writer.region(label, start, size, {
      noMap: start < 0x9c000000n,
      disabled: label === 'vision_mem',
      ...(label === 'modem_mem' && { overridden: 0x5700000n }),
    });
  writer.module('kernel', 0xa4000000n, 48n * MIB);
  const window = { start: 0x80000000n, end: 0x100000000n };
  writer.cma('linux,cma', 32n * MIB, window);
  const line = {
    shown: '',
    text: 'Region: [0x0000008b700000, 0x0000008b710000) overlapping with bank[7]: [0x00000086000000, 0x0000008ec00000)',
    events: [],
    ...nodeOf(writer, 'network_fw_mem'),
  };
  writer
    .boot('4.18.6', { stopsAt: 'network_fw_mem', dom0: dom0(0xe0000000n, 512n * MIB) })
    .boot('4.22.0', { outcome: { kind: 'panics', line, because: [reason('tree-unreadable', {})] } })
    .linuxBoot('6.12', [
      {
        start: 0xfe000000n,
        end: 0x100000000n,
        node: writer.dynamic[0]?.node,
        written: undefined,
        kind: 'cma',
        state: 'reserved',
        within: window,
      },
    ]);
  const overlap = writer.finding(
    'reserved-overlap',
    'error',
    'modem_mem covers network_fw_mem: the override grew it from 87 MiB to 140 MiB',
    'network_fw_mem',
    {
      other: 'modem_mem',
      log: [{ target: 'xen:4.22.0', line: `(XEN) ${line.text}` }],
    },
  );
  const disabled = writer.finding(
    'reserved-in-ram',
    'information',
    'vision_mem is disabled: ordinary RAM',
    'vision_mem',
  );
  return { board: writer.board(), findings: [overlap, disabled] };
}

function nodeOf(writer: BoardWriter, label: string): { node?: DtNode } {
  const node = writer.reserved.find((each) => each.node?.labels[0] === label)?.node;
  return node ? { node } : {};
}

/** Two domains with static memory, memory they share, and a static heap; no dom0. */
export function domainsBoard(): Example {
  const writer = new BoardWriter()
    .bank(0x40000000n, 2n * GIB)
    .given('domU1', 'static-mem', 0x50000000n, 256n * MIB)
    .given('domU2', 'static-mem', 0x60000000n, 512n * MIB)
    .given('domU1', 'shared-mem', 0x80000000n, 16n * MIB)
    .given('domU2', 'shared-mem', 0x80000000n, 16n * MIB)
    .given(undefined, 'static-heap', 0xa0000000n, 256n * MIB)
    .boot('4.18.6')
    .boot('4.22.0');
  return { board: writer.board(), findings: [] };
}

/** The firmware board with a bank whose size firmware fills in. */
export function unknownRamBoard(): Example {
  const { board, findings } = overlapBoard();
  return {
    findings,
    board: {
      ...board,
      map: { ...board.map, banks: [], ramKnown: false, dynamic: [] },
      boots: [
        ...xenBoots(board).map((boot) => ({
          ...boot,
          outcome: {
            kind: 'unknown' as const,
            because: [reason('ram-size-from-loader', {})],
          },
          ram: [],
          heap: [],
          dom0: undefined,
        })),
        ...linuxBoots(board).map((boot) => ({
          ...boot,
          memory: [],
          reserved: boot.reserved.filter((each) => each.kind === 'static'),
        })),
      ],
    },
  };
}

/** `count` regions of several sizes, one per MiB. */
export function manyRegionsBoard(count: number): Example {
  const writer = new BoardWriter().bank(0x80000000n, 4n * GIB);
  for (let index = 0; index < count; index++)
    writer.region(
      `buffer${index}`,
      0x80000000n + BigInt(index) * MIB,
      0x40000n + BigInt(index % 5) * 0x20000n,
      { noMap: index % 3 > 0 },
    );
  writer.boot('4.18.6').boot('4.22.0').linuxBoot('6.12');
  return { board: writer.board(), findings: [] };
}
