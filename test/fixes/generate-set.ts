// Small sets of boards made to be damaged by fixes: shared files, overrides, macros, references, near names.

import fc from 'fast-check';

/** Files of one folder, as they would be saved; `-> target` is a link. */
export interface BoardSet {
  readonly files: ReadonlyMap<string, string>;
  /** Names of the `.dts` files. */
  readonly boards: readonly string[];
  /** The overlay that `dtmap.json` applies to every board. */
  readonly overlay: string | undefined;
}

const { constantFrom, record, array, nat, boolean, option } = fc;

/** Mostly false, so that a set has few of these at once. */
const seldom = fc.nat({ max: 7 }).map((value) => value === 7);

const LOW_BANK = 0x40000000n;
const HIGH_BANK = 0x880000000n;

const addresses: readonly bigint[] = [
  ...[0x40000000n, 0x40080000n, 0x41000000n, 0x44000000n, 0x47f00000n, 0x48000000n],
  ...[0x50000000n, 0x50080000n, 0x50100000n, 0x50101000n, 0x50000800n, 0x58000000n],
  ...[0x60000000n, 0x60000001n, 0x60400000n, 0x61000000n, 0x7c000000n, 0x7ff00000n],
  ...[0x20000000n, 0x3ff80000n, 0x880000000n, 0x880100000n, 0x8bff00000n, 0x900000000n],
];
const sizes: readonly bigint[] = [
  ...[0x1000n, 0x100000n, 0x101000n, 0x200000n, 0x400000n, 0x1000000n, 0x10000000n],
  ...[0x800n, 0x20000000n],
];

/** How a `reg` is written: plainly, or with macros of each kind. */
const regForms = [
  ...['cells', 'cells', 'cells', 'cells', 'two-tuples', 'comment-inside', 'expression', 'bits'],
  ...['macro-address', 'macro-size', 'macro-value', 'macro-cells', 'macro-nested', 'macro-paste'],
  ...['function-cell', 'function-cells', 'function-property', 'function-properties'],
  ...['function-node', 'paste-node', 'macro-name', 'shared-address', 'shared-value', 'shared-size'],
  ...['shared-properties', 'unit-macro', 'uppercase', 'decimal', 'shift', 'redefined'],
  ...['by-board', 'copied', 'twice', 'split-call', 'octal'],
] as const;

const range = record({
  address: constantFrom<bigint[]>(...addresses),
  size: constantFrom<bigint[]>(...sizes),
});

const regionOf = record({
  range,
  name: constantFrom(
    ...['video', 'video', 'camera', 'optee', 'ramoops', 'cma', 'pool', 'secure-fw', 'adsp'],
  ),
  unit: constantFrom('right', 'right', 'right', 'stale', 'none', 'plus-one', 'upper'),
  form: constantFrom(...regForms),
  /** The file it is written in, by number. */
  home: nat({ max: 4 }),
  kind: constantFrom('no-map', 'no-map', 'plain', 'cma', 'dma', 'ramoops', 'restricted', 'odd'),
  isDefault: seldom,
  status: constantFrom(
    ...([
      '',
      '',
      '',
      '',
      'disabled',
      'okay',
      'enabled',
      'macro-disabled',
      'macro-statement',
    ] as const),
  ),
  alignment: option(constantFrom('0x200000', '0x1000', '0x400000'), { freq: 6 }),
  hasSize: seldom,
  hasAllocRanges: seldom,
  isOneLine: seldom,
  comment: nat({ max: 16 }),
  firmware: seldom,
  hasLabel: nat({ max: 5 }).map((value) => value > 0),
  isInHeader: boolean(),
  isTwice: seldom,
});
type Region = typeof regionOf extends fc.Arbitrary<infer Value> ? Value : never;

const overrideOf = record({
  region: nat({ max: 7 }),
  board: nat({ max: 3 }),
  by: constantFrom('label', 'label', 'path', 'nested'),
  what: constantFrom(
    ...['reg', 'reg', 'reg-macro', 'status-off', 'status-on', 'delete', 'delete-status'],
    ...['delete-no-map', 'no-map', 'reusable', 'size', 'status-word', 'reg-and-status'],
  ),
  range,
});
type Override = typeof overrideOf extends fc.Arbitrary<infer Value> ? Value : never;

const useOf = record({
  region: nat({ max: 7 }),
  by: constantFrom(
    ...['memory-region', 'memory-region', 'memory-region-path', 'cells', 'path', 'alias-string'],
    ...['alias-label', 'stdout', 'note', 'behind-bus', 'two-regions'],
  ),
  board: nat({ max: 3 }),
});
type Use = typeof useOf extends fc.Arbitrary<infer Value> ? Value : never;

const boardOf = record({
  include: nat({ max: 2 }),
  /** How it includes. */
  by: constantFrom(
    ...(['plain', 'plain', 'plain', 'plain', 'plain', 'plain', 'computed', 'stringified'] as const),
    ...(['comment', 'continued', 'wrapped', 'angled', 'linked', 'linked-folder'] as const),
  ),
  isXen: nat({ max: 2 }).map((value) => value > 0),
  hasModules: boolean(),
  hasDomain: seldom,
  reservations: array(range, { maxLength: 2 }),
  hasOwnMemory: boolean(),
});

const setOf = record({
  addressCells: constantFrom(1, 2, 2, 2),
  sizeCells: constantFrom(1, 2, 2),
  shared: constantFrom(0, 1, 1, 1, 2),
  boards: array(boardOf, { minLength: 1, maxLength: 3 }),
  regions: array(regionOf, { minLength: 1, maxLength: 6 }),
  overrides: array(overrideOf, { maxLength: 3 }),
  uses: array(useOf, { maxLength: 4 }),
  hasHeader: boolean(),
  isCrlf: seldom,
  overlay: constantFrom('', '', '', '', 'dtso', 'overlay'),
  overlayRange: range,
  memory: constantFrom(
    ...([
      'banks',
      'banks',
      'one-node',
      'no-type',
      'own-cells',
      'no-unit',
      'stale',
      'macro',
    ] as const),
    ...(['status-word', 'reversed'] as const),
  ),
  format: constantFrom('', '', '', '', 'no-ranges', 'other-cells'),
  beside: constantFrom('', '', 'profile', 'script'),
  tail: nat({ max: 5 }),
  /** Makes faults likely that take two things at once. */
  theme: constantFrom('', '', '', '', 'default-pools', 'bus'),
});
type Model = typeof setOf extends fc.Arbitrary<infer Value> ? Value : never;

/** Sets of boards; shrinking takes away boards, regions, overrides, uses, then plainer forms. */
export function boardSets(): fc.Arbitrary<BoardSet> {
  return setOf.map((model) => new Writer(model).set());
}

/** Files with their names, as a failure shows them. */
export function showSet({ files }: BoardSet): string {
  return [...files].map(([name, text]) => `=== ${name}\n${text}`).join('\n');
}

function themed(model: Model): Model {
  const { theme, regions, uses } = model;
  if (theme === 'default-pools')
    return {
      ...model,
      regions: regions.map((region) => ({
        ...region,
        kind: 'cma',
        isDefault: true,
        firmware: false,
      })),
    };
  if (theme === 'bus')
    return {
      ...model,
      regions: regions.map((region) => ({ ...region, kind: 'dma', status: '' })),
      uses: uses.map((use) => ({ ...use, by: 'behind-bus' })),
    };
  return model;
}

interface Placed extends Region {
  readonly index: number;
  readonly file: number;
  readonly fullName: string;
  readonly label: string | undefined;
}

/** Writes a model as text. Files are numbered: shared files first, then boards. */
class Writer {
  readonly #model: Model;
  readonly #shared: number;
  readonly #regions: readonly Placed[];
  readonly #header: string[] = [];
  /** Files and links that boards include by. */
  readonly #beside = new Map<string, string>();
  readonly #macros = new Map<number, string[]>();
  readonly #defined = new Set<string>();
  /** Statements that come behind the block of their node. */
  readonly #later: string[] = [];
  /** While regions are written below a node that has one cell for sizes. */
  #areSizesNarrow = false;

  constructor(given: Model) {
    const model = themed(given);
    this.#model = model;
    this.#shared = model.shared;
    this.#regions = this.#placed();
  }

  set(): BoardSet {
    const { boards, isCrlf, hasHeader, overlay, beside } = this.#model;
    const files = new Map<string, string>();
    const count = this.#shared + boards.length;
    const bodies = Array.from({ length: count }, (_, file) => this.#body(file));
    bodies.forEach((body, file) => {
      const macros = this.#macros.get(file) ?? [];
      files.set(this.#nameOf(file), [...this.#head(file), ...macros, ...body, ''].join('\n'));
    });
    if (hasHeader)
      files.set(
        'board.h',
        ['#ifndef BOARD_H', '#define BOARD_H', ...this.#header, '#endif', ''].join('\n'),
      );
    if (overlay !== '') files.set(`camera.${overlay}`, this.#overlay());
    for (const [name, text] of this.#beside) files.set(name, text);
    if (isCrlf) for (const [name, text] of files) files.set(name, text.replaceAll('\n', '\r\n'));
    const settings: Record<string, unknown> = {};
    if (overlay !== '') settings['overlays'] = [`camera.${overlay}`];
    if (beside === 'profile')
      settings['bootProfile'] = {
        cpus: 4,
        xen: { address: '0x50000000', size: '0x200000' },
        dtb: { address: '0x48000000', size: '0x10000' },
      };
    if (beside === 'script') {
      settings['bootScript'] = 'boot.source';
      files.set('boot.source', 'tftpb 0x44000000 kernel.bin\ntftpb 0x50000000 ramdisk.bin\n');
      files.set('kernel.bin', 'k'.repeat(0x300));
      files.set('ramdisk.bin', 'r'.repeat(0x300));
    }
    files.set('dtmap.json', `${JSON.stringify(settings)}\n`);
    return {
      files,
      boards: boards.map((_, index) => this.#nameOf(this.#shared + index)),
      overlay: overlay === '' ? undefined : `camera.${overlay}`,
    };
  }

  #nameOf(file: number): string {
    if (file < this.#shared) return file === 0 ? 'soc.dtsi' : 'module.dtsi';
    return `${'abc'.charAt(file - this.#shared)}.dts`;
  }

  /** The shared files that `file` includes, itself not among them. */
  #reads(file: number): number {
    if (file < this.#shared) return file;
    const { include = 0 } = this.#model.boards[file - this.#shared] ?? {};
    return this.#shared === 0 ? 0 : 1 + (include % this.#shared);
  }

  #sees(file: number, home: number): boolean {
    return file === home || (home < this.#shared && home < this.#reads(file));
  }

  #placed(): Placed[] {
    const { regions, boards, addressCells } = this.#model;
    const names = new Set<string>();
    return regions.flatMap((region, index): Placed[] => {
      const file = region.home % (this.#shared + boards.length);
      const address =
        addressCells === 1 && region.range.address >> 32n !== 0n
          ? (region.range.address & 0xffffffffn) | 0x50000000n
          : region.range.address;
      const fullName = nameOf({ ...region, range: { ...region.range, address } });
      // Two of a name in one block are an error of dtc's; in two blocks they are one node.
      const key = `${file} ${fullName}`;
      if (names.has(key)) return [];
      names.add(key);
      return [
        {
          ...region,
          range: { ...region.range, address },
          index,
          file,
          fullName,
          label: region.hasLabel ? `r${index}` : undefined,
        },
      ];
    });
  }

  #head(file: number): string[] {
    const { boards, hasHeader } = this.#model;
    const lines: string[] = [];
    if (file >= this.#shared) {
      lines.push('/dts-v1/;');
      for (const { address, size } of boards[file - this.#shared]?.reservations ?? [])
        lines.push(`/memreserve/ ${hex(address)} ${hex(size)};`);
    }
    if (file >= this.#shared) lines.push(`#define BOARD_${'ABC'.charAt(file - this.#shared)}`);
    if (hasHeader) lines.push('#include "board.h"');
    const reads = this.#reads(file);
    if (reads > 0) lines.push(...this.#include(file, this.#nameOf(reads - 1)));
    return [...lines, ''];
  }

  /** The lines that include `name`, which leave files beside for some. */
  #include(file: number, name: string): string[] {
    switch (this.#model.boards[file - this.#shared]?.by ?? 'plain') {
      case 'plain':
        return [`#include "${name}"`];
      case 'computed':
        return [`#define INCLUDED "${name}"`, '#include INCLUDED'];
      case 'stringified':
        return ['#define TEXT(x) #x', '#define PATH(x) TEXT(x)', `#include PATH(./${name})`];
      case 'comment':
        return [`/* the SoC */ # /**/ include /* of`, `*/ "${name}"`];
      case 'continued':
        return ['#inc\\', 'lude \\', `  "${name}"`];
      case 'wrapped':
        this.#beside.set(`${name}.inc`, `#include "${name}"\n`);
        return [`#include "${name}.inc"`];
      case 'angled':
        return [`#include <${name}>`];
      case 'linked':
        this.#beside.set(`linked-${name}`, `-> ${name}`);
        return [`#include "linked-${name}"`];
      case 'linked-folder':
        this.#beside.set('here', '-> .');
        return [`#include "here/${name}"`];
    }
  }

  /** The line of a `#define`, once; returns the macro's name. */
  #define(file: number, isInHeader: boolean, name: string, rest: string): void {
    if (this.#defined.has(name)) return;
    const where = this.#model.hasHeader && isInHeader ? this.#header : undefined;
    if (where) {
      this.#defined.add(name);
      where.push(`#define ${name}${rest}`);
      return;
    }
    const key = `${file} ${name}`;
    if (this.#defined.has(key)) return;
    this.#defined.add(key);
    const own = this.#macros.get(file) ?? [];
    this.#macros.set(file, own);
    // A file above may have it.
    if (name.startsWith('SHARED')) own.push(`#ifndef ${name.replace(/\(.*/, '')}`);
    own.push(`#define ${name}${rest}`);
    if (name.startsWith('SHARED')) own.push('#endif');
  }

  #body(file: number): string[] {
    const { uses, overrides, addressCells, sizeCells, boards, tail } = this.#model;
    const isBase = this.#reads(file) === 0;
    const board = boards[file - this.#shared];
    const rootBody: string[] = [];
    if (isBase)
      rootBody.push(
        `#address-cells = <${addressCells}>;`,
        `#size-cells = <${sizeCells}>;`,
        'compatible = "acme,board";',
        '',
        'cpus {',
        '\t#address-cells = <1>;',
        '\t#size-cells = <0>;',
        '',
        ...[0, 1, 2, 3].flatMap((cpu) => [
          `\tcpu@${cpu} {`,
          '\t\tdevice_type = "cpu";',
          '\t\tcompatible = "arm,cortex-a53";',
          `\t\treg = <${cpu}>;`,
          '\t};',
        ]),
        '};',
        '',
      );
    const isMemoryHere = file >= this.#shared && (isBase || (board?.hasOwnMemory ?? true));
    const isMemoryBase = file < this.#shared && file === 0 && !this.#memoryInBoards();
    if (this.#shared === 0 ? isBase : this.#memoryInBoards() ? isMemoryHere : isMemoryBase)
      rootBody.push(...this.#memory(file));
    const regions = this.#regions.filter((region) => region.file === file);
    if (isBase || regions.length > 0) rootBody.push(...this.#reserved(file, isBase, regions));
    const usedHere = uses.filter((use) => this.#fileOfUse(use) === file);
    if (board) rootBody.push(...this.#chosen(board));
    const users = this.#users(usedHere, file);
    const lines = ['/ {', ...indented(rootBody), '};', '', ...this.#later.splice(0)];
    if (users.length > 1) lines.push('/ {', ...indented(users), '};', '');
    overrides.forEach((override, index) => {
      if (file === this.#shared + (override.board % boards.length))
        lines.push(...this.#override(override, file, index));
    });
    if (board && tail === 1) lines.push('/* the end', ' */');
    return lines;
  }

  #memoryInBoards(): boolean {
    const { boards } = this.#model;
    return boards.every(({ hasOwnMemory }) => hasOwnMemory);
  }

  #cells(address: bigint, size: bigint): string {
    return `${this.#address(address)} ${this.#size(size)}`;
  }

  #address(address: bigint): string {
    return this.#model.addressCells === 2
      ? `${hex(address >> 32n)} ${hex(address & 0xffffffffn)}`
      : hex(address & 0xffffffffn);
  }

  #size(size: bigint): string {
    return this.#model.sizeCells === 2 && !this.#areSizesNarrow ? `0x0 ${hex(size)}` : hex(size);
  }

  #memory(file: number): string[] {
    const { memory, addressCells } = this.#model;
    const low = `<${this.#cells(LOW_BANK, 0x40000000n)}>`;
    const high = addressCells === 2 ? `<${this.#cells(HIGH_BANK, 0x40000000n)}>` : undefined;
    const node = (name: string, reg: string, ...more: string[]): string[] => [
      `${name} {`,
      ...(memory === 'no-type' ? [] : ['\tdevice_type = "memory";']),
      ...more.map((line) => `\t${line}`),
      `\treg = ${reg};`,
      '};',
      '',
    ];
    const second = high && memory !== 'no-unit' ? node('memory@880000000', high) : [];
    switch (memory) {
      case 'one-node':
        return node('memory@40000000', high ? `${low}, ${high}` : low);
      case 'own-cells':
        return [
          ...node('memory@40000000', low, '#address-cells = <2>;', '#size-cells = <2>;'),
          ...second,
        ];
      case 'no-unit':
        return node('memory', low);
      case 'stale':
        return [...node('memory@80000000', low), ...second];
      case 'macro':
        this.#define(file, true, 'MEM_BASE', ' 0x40000000');
        this.#define(
          file,
          true,
          'MEM_NODE(unit, props)',
          ' memory@unit { device_type = "memory"; props; }',
        );
        return [
          `MEM_NODE(40000000, reg = <${this.#cells(LOW_BANK, 0x40000000n).replace('0x40000000', 'MEM_BASE')}>);`,
          ...second,
        ];
      case 'status-word':
        return [...node('memory@40000000', low, 'status = "enabled";'), ...second];
      case 'reversed':
        return [...second, ...node('memory@40000000', low)];
      default:
        return [...node('memory@40000000', low), ...second];
    }
  }

  #reserved(file: number, isBase: boolean, regions: readonly Placed[]): string[] {
    const { format, addressCells, sizeCells } = this.#model;
    const isOther = format === 'other-cells' && addressCells === 2 && sizeCells === 2;
    const own = isBase
      ? [
          `#address-cells = <${addressCells}>;`,
          `#size-cells = <${isOther ? 1 : sizeCells}>;`,
          ...(format === 'no-ranges' ? [] : ['ranges;']),
          '',
        ]
      : [];
    this.#areSizesNarrow = isOther;
    const body = regions.flatMap((region) => this.#region(region, file));
    this.#areSizesNarrow = false;
    return [`${isBase ? 'rmem: ' : ''}reserved-memory {`, ...indented([...own, ...body]), '};', ''];
  }

  #region(region: Placed, file: number): string[] {
    const { fullName, label, comment, isOneLine } = region;
    const made = this.#reg(region, file);
    const isMultiLine = made.statements.some((line) => line.startsWith('#'));
    const before = label === undefined ? '' : `${label}: `;
    const others = this.#properties(region, file, made.skips);
    if (made.node !== undefined) return [`${before}${made.node(others.join(' '))};`, ''];
    const name = made.name ?? fullName;
    const statements = made.isLast
      ? [...others, ...made.statements]
      : [...made.statements, ...others];
    if (isOneLine && comment !== 4 && !isMultiLine)
      return [`${before}${name} { ${statements.join(' ')} };`, ''];
    const opened = `${before}${name} ${comment === 1 ? '/* { */ ' : ''}{`;
    const body = statements.map((line, index) =>
      comment === 2 && index === 0 ? `${line} /* moved; see the notes } */` : line,
    );
    if (comment === 3) body.unshift(`// reg = <${hex(region.range.address)}>;`);
    if (comment === 6)
      body[0] = /^[a-z]/.test(body[0] ?? '')
        ? `p${region.index}: ${body[0] ?? ''}`
        : (body[0] ?? '');
    if (comment === 7) body.push('', 'part { acme,inner; };');
    if (comment === 9)
      body.push('#ifdef BOARD_B', 'acme,only-b;', 'status = "disabled";', '#endif');
    const guarded =
      comment === 4
        ? ['#if 1', ...indented(body), '#else', '\treg = <0>;', '#endif']
        : indented(body);
    const lines = [opened, ...guarded, '};', ''];
    // In a block of its own: two of a name in one are an error of dtc's.
    if (comment === 8 && made.name === undefined)
      this.#later.push(
        '/ {',
        '	reserved-memory {',
        `		${fullName} {`,
        '			acme,again;',
        '		};',
        '	};',
        '};',
        '',
      );
    return comment === 5 ? ['#ifndef NO_SUCH_OPTION', ...lines, '#endif'] : lines;
  }

  #reg(
    region: Placed,
    file: number,
  ): {
    statements: string[];
    name?: string;
    node?: (others: string) => string;
    skips?: ReadonlySet<string>;
    isLast?: boolean;
  } {
    const { range, form, index, isInHeader, fullName, name } = region;
    const { address, size } = range;
    const { addressCells, sizeCells } = this.#model;
    const high = addressCells === 2 ? `${hex(address >> 32n)} ` : '';
    const low = hex(address & 0xffffffffn);
    const sized = this.#size(size);
    const define = (macro: string, rest: string): void => {
      this.#define(file, isInHeader, macro, rest);
    };
    const own = (suffix: string): string => `R${index}_${suffix}`;
    const reg = (value: string): { statements: string[] } => ({ statements: [`reg = ${value};`] });
    switch (form) {
      case 'cells':
        return reg(`<${this.#cells(address, size)}>`);
      case 'two-tuples': {
        const second = `${high}${hex((address + 0x2000000n) & 0xffffffffn)} ${sized}`;
        return reg(
          region.isTwice
            ? `<${this.#cells(address, size)} ${second}>`
            : `<${this.#cells(address, size)}>, <${second}>`,
        );
      }
      case 'comment-inside':
        return reg(`<${high}${low} /* base */\n\t\t${sized}>`);
      case 'expression':
        return reg(`<${high}(${hex((address & 0xffffffffn) - 0x1000n)} + 0x1000) ${sized}>`);
      case 'bits':
        return addressCells === 2 && sizeCells === 2
          ? reg(`/bits/ 64 <${hex(address)} ${hex(size)}>`)
          : reg(`<${this.#cells(address, size)}>`);
      case 'macro-address':
        define(own('ADDR'), ` ${low}`);
        return reg(`<${high}${own('ADDR')} ${sized}>`);
      case 'macro-size':
        define(own('SIZE'), ` ${sized}`);
        return reg(`<${high}${low} ${own('SIZE')}>`);
      case 'macro-value':
        define(own('REG'), ` <${this.#cells(address, size)}>`);
        return reg(own('REG'));
      case 'macro-cells':
        define(own('REG'), ` ${this.#cells(address, size)}`);
        return reg(`<${own('REG')}>`);
      case 'macro-nested':
        define(own('BASE'), ` ${hex((address & 0xffffffffn) - 0x100000n)}`);
        define(`${own('AT')}(offset)`, ` (${own('BASE')} + offset)`);
        return reg(`<${high}${own('AT')}(0x100000) ${sized}>`);
      case 'macro-paste':
        define('PASTE(digits)', ' 0x##digits');
        return reg(`<${high}PASTE(${low.slice(2)}) ${sized}>`);
      case 'function-cell':
        define('CELL(x)', ' (x)');
        return reg(`<${high}CELL(${low}) ${sized}>`);
      case 'function-cells':
        define('RANGE(a, s)', ` ${high}a ${sizeCells === 2 ? '0x0 ' : ''}s`);
        if (addressCells === 2 && high !== '0x0 ') return reg(`<${this.#cells(address, size)}>`);
        return reg(`<RANGE(${low}, ${hex(size)})>`);
      case 'function-property':
        define(
          'REG(hi, a, s)',
          ` reg = <${addressCells === 2 ? 'hi ' : ''}a ${sizeCells === 2 ? '0x0 ' : ''}s>;`,
        );
        return { statements: [`REG(${hex(address >> 32n)}, ${low}, ${hex(size)})`] };
      case 'function-properties':
        define(
          'FIRMWARE(hi, a, s)',
          ` reg = <${addressCells === 2 ? 'hi ' : ''}a ${sizeCells === 2 ? '0x0 ' : ''}s>; no-map; status = "okay"`,
        );
        return {
          statements: [`FIRMWARE(${hex(address >> 32n)}, ${low}, ${hex(size)});`],
          skips: new Set(['no-map', 'status']),
        };
      case 'function-node':
        define(
          'REGION(name, unit, hi, a, s)',
          ` name@unit { reg = <${addressCells === 2 ? 'hi ' : ''}a ${sizeCells === 2 ? '0x0 ' : ''}s>; no-map; }`,
        );
        if (!fullName.includes('@')) return reg(`<${this.#cells(address, size)}>`);
        return {
          statements: [],
          node: () =>
            `REGION(${name}, ${fullName.split('@')[1] ?? ''}, ${hex(address >> 32n)}, ${low}, ${hex(size)})`,
        };
      case 'paste-node':
        define(
          'PLACED(name, digits, props)',
          ` name@digits { reg = <${addressCells === 2 ? '0x0 ' : ''}0x##digits ${sized}>; props }`,
        );
        if (address >> 32n !== 0n || region.unit !== 'right')
          return reg(`<${this.#cells(address, size)}>`);
        return {
          statements: [],
          node: (others) => `PLACED(${name}, ${address.toString(16)}, ${others})`,
        };
      case 'macro-name':
        define(own('NAME'), ` ${fullName}`);
        return { name: own('NAME'), statements: [`reg = <${this.#cells(address, size)}>;`] };
      case 'unit-macro':
        define('NODE_AT(name, unit)', ' name@unit');
        if (!fullName.includes('@')) return reg(`<${this.#cells(address, size)}>`);
        return {
          name: `NODE_AT(${name}, ${fullName.split('@')[1] ?? ''})`,
          statements: [`reg = <${this.#cells(address, size)}>;`],
        };
      case 'uppercase':
        return reg(`<${high}0X${low.slice(2).toUpperCase().padStart(8, '0')} ${sized}>`);
      case 'decimal':
        return reg(`<${high}${(address & 0xffffffffn).toString()} ${sized}>`);
      case 'octal':
        return reg(`<${high}0${(address & 0xffffffffn).toString(8)} ${sized}>`);
      case 'shift': {
        const isWhole = address % 0x100000n === 0n;
        return reg(
          `<${high}${isWhole ? `(${hex((address & 0xffffffffn) >> 20n)} << 20)` : low} ${sized}>`,
        );
      }
      case 'redefined':
        return {
          statements: [
            `#undef NOW`,
            `#define NOW ${low}`,
            `reg = <${high}NOW ${sized}>;`,
            `#undef NOW`,
            `#define NOW 0x0`,
          ],
        };
      case 'by-board':
        return {
          statements: [
            '#ifdef BOARD_A',
            `reg = <${this.#cells(address, size)}>;`,
            '#else',
            `reg = <${this.#cells(address, size / 2n)}>;`,
            '#endif',
          ],
        };
      case 'copied':
        define(own('ADDR'), ` ${low}`);
        return {
          statements: [`reg = <${high}${own('ADDR')} ${sized}>;`, `acme,copy = <${own('ADDR')}>;`],
        };
      case 'twice':
        return {
          statements: [
            `reg = <${this.#cells(0x70000000n, 0x1000n)}>;`,
            `reg = <${this.#cells(address, size)}>;`,
          ],
        };
      case 'split-call':
        define('SPLIT(a, \\\n\ts)', ` ${high}a \\\n\t${sizeCells === 2 ? '0x0 ' : ''}s`);
        if (addressCells === 2 && high !== '0x0 ') return reg(`<${this.#cells(address, size)}>`);
        return reg(`<SPLIT(${low},\n\t\t${hex(size)})>`);
      case 'shared-address':
        define('SHARED_ADDR', ' 0x50000000');
        return reg(`<${addressCells === 2 ? '0x0 ' : ''}SHARED_ADDR ${sized}>`);
      case 'shared-size':
        define('SHARED_SIZE', ' 0x1000000');
        return reg(`<${high}${low} ${sizeCells === 2 ? '0x0 ' : ''}SHARED_SIZE>`);
      case 'shared-value':
        define('SHARED_REG', ` <${this.#cells(0x50000000n, 0x1000000n)}>`);
        return reg('SHARED_REG');
      case 'shared-properties':
        define('SHARED_FLAGS', ' no-map; acme,kept');
        return {
          statements: [`reg = <${this.#cells(address, size)}>;`, 'SHARED_FLAGS;'],
          skips: new Set(['no-map']),
        };
    }
  }

  #properties(region: Placed, file: number, skips: ReadonlySet<string> = new Set()): string[] {
    const { kind, isDefault, status, alignment, hasSize, hasAllocRanges, isInHeader, comment } =
      region;
    const { addressCells } = this.#model;
    const lines: string[] = [];
    // Firmware regions without no-map are a finding of their own.
    switch (region.firmware ? 'plain' : kind) {
      case 'no-map':
        lines.push('no-map;');
        break;
      case 'cma':
        lines.push('compatible = "shared-dma-pool";', 'reusable;');
        if (isDefault || comment % 2 === 0) lines.push('linux,cma-default;');
        break;
      case 'dma':
        lines.push('compatible = "shared-dma-pool";', 'no-map;');
        if (isDefault || comment % 2 === 0) lines.push('linux,dma-default;');
        break;
      case 'ramoops':
        lines.push(
          'compatible = "ramoops";',
          'record-size = <0x1000>;',
          'console-size = <0x1000>;',
        );
        break;
      case 'restricted':
        lines.push('compatible = "restricted-dma-pool";', ...(isDefault ? ['reusable;'] : []));
        break;
      case 'odd':
        lines.push('compatible = "shared-dma-pool";', 'no-map;', 'reusable;');
        if (isDefault) lines.push('linux,cma-default;');
        break;
      default:
    }
    if (alignment !== null)
      lines.push(`alignment = <${this.#model.sizeCells === 2 ? '0x0 ' : ''}${alignment}>;`);
    if (hasSize) lines.push(`size = <${this.#size(0x400000n)}>;`);
    if (hasAllocRanges)
      lines.push(
        `alloc-ranges = <${addressCells === 2 ? '0x0 ' : ''}0x40000000 ${this.#size(0x10000000n)}>;`,
      );
    if (status === 'macro-disabled') {
      this.#define(file, isInHeader, 'OFF', ' "disabled"');
      lines.push('status = OFF;');
    } else if (status === 'macro-statement') {
      this.#define(file, isInHeader, 'SWITCHED_OFF', ' status = "disabled"; acme,off');
      lines.push('SWITCHED_OFF;');
    } else if (status !== '') lines.push(`status = "${status}";`);
    const nameOfStatement = (line: string): string =>
      (/^[^ ;=]+/.exec(line)?.[0] ?? '').replace('SWITCHED_OFF', 'status');
    return lines.filter((line) => !skips.has(nameOfStatement(line)));
  }

  #fileOfUse({ region, board }: Use): number {
    const { boards } = this.#model;
    const used = this.#regions[region % this.#regions.length];
    const file = this.#shared + (board % boards.length);
    return used && this.#sees(file, used.file) && board < 3 ? file : (used?.file ?? file);
  }

  #users(uses: readonly Use[], file: number): string[] {
    const { addressCells, sizeCells } = this.#model;
    const lines: string[] = [];
    const devices: string[] = [];
    uses.forEach((use, index) => {
      const region = this.#regions[use.region % this.#regions.length];
      if (!region || !this.#sees(file, region.file)) return;
      const path = `/reserved-memory/${region.fullName}`;
      const reference = region.label === undefined ? `&{${path}}` : `&${region.label}`;
      const device = `dev${file}-${index}`;
      switch (use.by) {
        case 'memory-region':
          lines.push(
            `${device} {`,
            '\tcompatible = "acme,user";',
            `\tmemory-region = <${reference}>;`,
            '};',
          );
          break;
        case 'two-regions': {
          const other = this.#regions.find(
            (each) => this.#sees(file, each.file) && each.label !== undefined,
          );
          const second = other ? ` &${other.label ?? ''}` : '';
          lines.push(
            `${device} {`,
            '\tcompatible = "acme,user";',
            `\tmemory-region = <${reference}${second}>;`,
            '};',
          );
          break;
        }
        case 'memory-region-path':
          lines.push(
            `${device} {`,
            '\tcompatible = "acme,user";',
            `\tmemory-region = <&{${path}}>;`,
            '};',
          );
          break;
        case 'cells':
          lines.push(`${device} {`, `\tacme,ref = <&{${path}} 0x10>;`, '};');
          break;
        case 'path':
          lines.push(`${device} {`, `\tacme,path = ${reference};`, '};');
          break;
        case 'note':
          lines.push(`${device} {`, `\tacme,note = "see ${path} of the manual";`, '};');
          break;
        case 'alias-string':
          lines.push('aliases {', `\tmem${file}${index} = "${path}";`, '};');
          break;
        case 'alias-label':
          lines.push('aliases {', `\tmem${file}${index} = ${reference};`, '};');
          break;
        case 'stdout':
          lines.push('chosen {', `\tstdout-path = "${path}:115200n8";`, '};');
          break;
        case 'behind-bus':
          devices.push(
            `${device} {`,
            '\tcompatible = "acme,user";',
            `\tmemory-region = <${reference}>;`,
            '};',
          );
      }
    });
    if (devices.length > 0)
      lines.push(
        `bus${file} {`,
        `\t#address-cells = <${addressCells}>;`,
        `\t#size-cells = <${sizeCells}>;`,
        '\tcompatible = "simple-bus";',
        '\tranges;',
        `\tdma-ranges = <${`${this.#address(0x40000000n)} ${this.#address(0x40000000n)}`} ${this.#size(0x18000000n)}>;`,
        ...devices.map((line) => `\t${line}`),
        '};',
      );
    // A node that is opened twice in one block is an error of dtc's.
    return [...mergedBlocks(lines), ''];
  }

  #chosen(board: Model['boards'][number]): string[] {
    if (!board.isXen) return [];
    const { addressCells, sizeCells } = this.#model;
    const body = [
      `#address-cells = <${addressCells}>;`,
      `#size-cells = <${sizeCells}>;`,
      'xen,xen-bootargs = "dom0_mem=256M";',
    ];
    if (board.hasModules)
      body.push(
        '',
        'module@44000000 {',
        '\tcompatible = "multiboot,kernel", "multiboot,module";',
        `\treg = <${this.#cells(0x44000000n, 0x1000000n)}>;`,
        '};',
        '',
        'module@48000000 {',
        '\tcompatible = "multiboot,ramdisk", "multiboot,module";',
        `\treg = <${this.#cells(0x4a000000n, 0x200000n)}>;`,
        '};',
      );
    if (board.hasDomain)
      body.push(
        '',
        'domU1 {',
        '\tcompatible = "xen,domain";',
        '\t#address-cells = <2>;',
        '\t#size-cells = <2>;',
        '\tmemory = <0x0 0x20000>;',
        '\tcpus = <1>;',
        '',
        '\tmodule@4c000000 {',
        '\t\tcompatible = "multiboot,kernel", "multiboot,module";',
        '\t\treg = <0x0 0x4c000000 0x0 0x1000000>;',
        '\t};',
        '};',
      );
    return ['chosen {', ...indented(body), '};', ''];
  }

  #override({ region, by, what, range }: Override, file: number, number: number): string[] {
    const target = this.#regions[region % this.#regions.length];
    if (!target || !this.#sees(file, target.file)) return [];
    const { address, size } = range;
    const fits = this.#model.addressCells === 2 || address >> 32n === 0n;
    const at = fits ? address : 0x50200000n;
    const path = `/reserved-memory/${target.fullName}`;
    const reference =
      target.label !== undefined && by === 'label' ? `&${target.label}` : `&{${path}}`;
    if (what === 'delete') return [`/delete-node/ ${reference};`, ''];
    const statements: string[] = [];
    switch (what) {
      case 'reg':
        statements.push(`reg = <${this.#cells(at, size)}>;`);
        break;
      case 'reg-and-status':
        statements.push(`reg = <${this.#cells(at, size)}>;`, 'status = "okay";');
        break;
      case 'reg-macro':
        this.#define(file, false, `O${file}${number}`, ` ${this.#cells(at, size)}`);
        statements.push(`reg = <O${file}${number}>;`);
        break;
      case 'status-off':
        statements.push('status = "disabled";');
        break;
      case 'status-on':
        statements.push('status = "okay";');
        break;
      case 'status-word':
        statements.push('status = "enabled";');
        break;
      case 'delete-status':
        statements.push('/delete-property/ status;');
        break;
      case 'delete-no-map':
        statements.push('/delete-property/ no-map;');
        break;
      case 'no-map':
        statements.push('no-map;');
        break;
      case 'reusable':
        statements.push('reusable;');
        break;
      case 'size':
        statements.push(`size = <${this.#size(0x400000n)}>;`);
    }
    if (by === 'nested')
      return [
        '/ {',
        '\treserved-memory {',
        `\t\t${target.fullName} {`,
        ...statements.map((line) => `\t\t\t${line}`),
        '\t\t};',
        '\t};',
        '};',
        '',
      ];
    return [`${reference} {`, ...indented(statements), '};', ''];
  }

  #overlay(): string {
    const { overlayRange, addressCells } = this.#model;
    const address =
      addressCells === 1 && overlayRange.address >> 32n !== 0n ? 0x52000000n : overlayRange.address;
    return [
      '/dts-v1/;',
      '/plugin/;',
      '',
      '&rmem {',
      ...(addressCells === 2 && this.#model.format !== 'other-cells'
        ? [`\t#address-cells = <2>;`, `\t#size-cells = <${this.#model.sizeCells}>;`]
        : []),
      '',
      `\tsensor@${address.toString(16)} {`,
      `\t\treg = <${this.#cells(address, overlayRange.size)}>;`,
      '\t\tno-map;',
      '\t};',
      '};',
      '',
    ].join('\n');
  }
}

function nameOf({
  name,
  unit,
  range,
  form,
}: Pick<Region, 'name' | 'unit' | 'range' | 'form'>): string {
  const isShared = form === 'shared-address' || form === 'shared-value';
  const address = isShared ? 0x50000000n : range.address;
  switch (unit) {
    case 'none':
      return name;
    case 'stale':
      return `${name}@70000000`;
    case 'plus-one':
      return `${name}@${(address + 1n).toString(16)}`;
    case 'upper':
      return `${name}@${address.toString(16).toUpperCase()}`;
    default:
      return `${name}@${address.toString(16)}`;
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line === '' || line.startsWith('#if') || line.startsWith('#e') ? line : `\t${line}`,
  );
}

/** Blocks of lines with the same first line as one block. */
function mergedBlocks(lines: readonly string[]): string[] {
  const blocks = new Map<string, string[]>();
  let open = '';
  for (const line of lines) {
    if (!line.startsWith('\t') && line !== '};') {
      open = line;
      if (!blocks.has(open)) blocks.set(open, []);
    } else if (line !== '};') blocks.get(open)?.push(line);
  }
  return [...blocks].flatMap(([first, body]) => [first, ...withoutRepeatedNames(body), '};']);
}

function withoutRepeatedNames(body: readonly string[]): string[] {
  const seen = new Set<string>();
  return body.filter((line) => {
    const name = /^\t(stdout-path)/.exec(line)?.[1];
    if (name === undefined) return true;
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}
