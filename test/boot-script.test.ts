// Boot scripts, environments and ImageBuilder configurations: what they load where, and what they do to the tree.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatAddress } from '../server/src/addresses/format.ts';
import {
  readBootScript,
  readEnvironment,
  RUNS_TOO_MUCH,
} from '../server/src/inputs/read-boot-script.ts';
import { placeImages, readImageBuilderConfig } from '../server/src/inputs/read-imagebuilder.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { readOptions } from './support/annotations.ts';

const sizes: Readonly<Record<string, bigint>> = { Image: 0x2dc6c0n, rd: 0x100n, 'x.dtb': 0x800n };
const sizeOf = (file: string): bigint | undefined => sizes[file];
const read = (...lines: string[]) => readBootScript(lines.join('\n'), sizeOf);

describe('read-boot-script', () => {
  it('knows the size of what was loaded last, and calculates with it', () => {
    const script = read(
      'setenv at 48000000',
      'load mmc 0:1 ${at} Image',
      'fdt set /chosen/dom0 reg <0x0 0x${at} 0x0 0x${filesize}>',
      'setexpr next ${fileaddr} + ${filesize}',
      'setexpr next ${next} + fffff',
      'setexpr next ${next} & fff00000',
      'tftpb ${next} rd',
    );
    assert.deepEqual(
      script.loads.map(({ address, file }) => `${formatAddress(address)} ${file}`),
      ['0x48000000 Image', '0x48300000 rd'],
    );
    const [reg] = script.statements;
    assert.equal(reg?.kind === 'property' && reg.value, '<0x0 0x48000000 0x0 0x2dc6c0>');
    assert.deepEqual(script.unclear, []);
  });

  it('knows what stands before a size that nobody knows', () => {
    const script = read(
      'tftpb 40000000 lost',
      'fdt set /chosen/dom0 reg <0x0 0x40000000 0x0 0x${filesize}>',
      'fdt set /chosen bootargs "console=a $more b"',
    );
    const because = 'lost is not beside the script, so its size is unknown';
    assert.deepEqual(
      script.statements.map((each) => each.kind === 'unknown-property' && each),
      [
        {
          kind: 'unknown-property',
          path: '/chosen/dom0',
          name: 'reg',
          cells: [0, 0x40000000, 0],
          text: '<0x0 0x40000000 0x0 0x>',
          because,
          line: 2,
        },
        {
          kind: 'unknown-property',
          path: '/chosen',
          name: 'bootargs',
          cells: [],
          text: 'console=a  b',
          because: '${more} is not set in the script',
          line: 3,
        },
      ],
    );
    assert.deepEqual(script.unclear, [
      { line: 2, because: `reg of /chosen/dom0 is unknown: ${because}` },
      { line: 3, because: 'bootargs of /chosen is unknown: ${more} is not set in the script' },
    ]);
  });

  it('loads to a known address whatever the device is called', () => {
    const { loads, unclear } = read(
      'load ${devtype} ${devnum}:${part} 0x48000000 ${prefix}Image',
      'tftpb 0x49000000 10.0.0.1:rd',
      'load mmc 0:1 ${nowhere} rd',
      'load mmc 0:1 0x0x80000 rd',
    );
    assert.deepEqual(
      loads.map(({ address, file }) => [address, file]),
      [
        [0x48000000n, '${prefix}Image'],
        [0x49000000n, 'rd'],
      ],
    );
    assert.deepEqual(unclear, [
      {
        line: 3,
        because: 'load: the address of rd is unknown: ${nowhere} is not set in the script',
      },
      {
        line: 4,
        because:
          'load: the address of rd is unknown: 0x0x80000 has 0x twice, so it is not an address',
      },
    ]);
  });

  it('carries what is unknown from variable to variable', () => {
    const { loads, unclear } = read(
      'setenv a ${b}',
      'setexpr c ${a} + 100',
      'setenv d 4${e}',
      'tftpb ${c} Image',
      'tftpb ${d} Image',
      'setenv d 40000000',
      'tftpb ${d} Image',
    );
    assert.deepEqual(
      loads.map(({ line }) => line),
      [7],
    );
    assert.match(unclear[0]?.because ?? '', /\$\{c\} is unknown: \$\{a\} is only known in part/);
    assert.match(unclear[1]?.because ?? '', /\$\{d\} is only known in part/);
  });

  it('reserves memory, and says which verbs of fdt it does not follow', () => {
    const { statements, unclear, memory } = read(
      'fdt resize 1000',
      'fdt rsvmem add 0x48000000 1000',
      'fdt rsvmem add ${from} 1000',
      'fdt rsvmem delete 0',
      'fdt memory 40000000 1000',
      'fdt rsvmem delete ${which}',
      'fdt rsvmem print',
      'fdt checksign',
      'fdt wonder',
    );
    assert.deepEqual(statements, [
      { kind: 'reservation', path: '/', address: 0x48000000n, size: 0x1000n, line: 2 },
      { kind: 'remove-reservation', path: '/', index: 0n, line: 4 },
    ]);
    assert.deepEqual(memory, { start: 0x40000000n, end: 0x40001000n, line: 5 });
    assert.deepEqual(
      unclear.map(({ line, because }) => `${line}: ${because}`),
      [
        '3: fdt rsvmem: the range is unknown: ${from} is not set in the script',
        '6: fdt rsvmem: which one is deleted is unknown: ${which} is not set in the script',
        '9: fdt wonder: dtmap does not follow it',
      ],
    );
  });

  it('sets no value that U-Boot cannot read', () => {
    const script = read('fdt set /chosen x <1a2b>', 'fdt set /chosen y [0g]', 'fdt set / z <0x1>');
    assert.equal(script.statements.length, 1);
    assert.deepEqual(script.unclear, [
      {
        line: 1,
        because: 'x of /chosen is not set: U-Boot cannot read "1a2b" as a number',
      },
      { line: 2, because: 'y of /chosen is not set: U-Boot cannot read "0g" as a number' },
    ]);
  });

  it('applies the overlays that were loaded', () => {
    const script = read('tftpb 44000000 x.dtb', 'fdt addr 43000000', 'fdt apply 44000000');
    assert.deepEqual(script.overlays, ['x.dtb']);
    assert.equal(script.boot?.dtb, 0x43000000n);
  });

  it('reads what is run, with the variables of that moment', () => {
    const { loads, boot, unclear } = read(`fdt_addr=0x44000000
setenv late 'load mmc 0:1 \${fdt_addr} late.dtb'
setenv early "load mmc 0:1 \${fdt_addr} early.dtb"
setenv all "run early late; booti 0x42000000 - \${fdt_addr}"
fdt_addr=0x48000000
run all
run nothing`);
    assert.deepEqual(
      loads.map(({ address, file, line }) => [address, file, line]),
      [
        [0x44000000n, 'early.dtb', 6],
        [0x48000000n, 'late.dtb', 6],
      ],
    );
    assert.equal(boot?.dtb, 0x44000000n);
    assert.deepEqual(unclear, [{ line: 7, because: 'run nothing: it is not set in the script' }]);
  });

  it('ends where variables run themselves', () => {
    const { unclear } = read(`setenv loop 'setenv x 1; run loop'\nrun loop`);
    assert.deepEqual(unclear, [{ line: 2, because: RUNS_TOO_MUCH }]);
  });

  it('tells an environment from a script', () => {
    assert.equal(readEnvironment('bootcmd=run a\na=booti 1\n')?.get('a')?.value, 'booti 1');
    assert.equal(readEnvironment('tftpb 1 a\nfdt addr 2\n'), undefined);
  });
});

describe('conditions of boot scripts', () => {
  const loaded = ({ loads }: ReturnType<typeof read>): readonly string[] =>
    loads.map(
      ({ address, file, alternatives = [] }) =>
        `${formatAddress(address)} ${file}${alternatives.map(({ choice, arm }) => ` ${choice}:${arm}`).join('')}`,
    );

  it('run one arm where the condition is known', () => {
    const conditions: readonly (readonly [string, boolean])[] = [
      ['test a = a', true],
      ['test a = b', false],
      ['test a != b', true],
      ['test -n "${x}"', true],
      ['test -z "${x}"', false],
      ['test ! -z "${x}"', true],
      ['test -n "${empty}"', false],
      ['test -e mmc 0:1 Image', true],
      ['test 0x10 -eq 16', true],
      ['test 9 -lt 10', true],
      ['test 9 -ge 10', false],
      ['test a = b -o a = a', true],
      ['test a = a -a a = b', false],
      ['itest.l 10 == 0x10', true],
      ['itest 9 -gt a', false],
      ['true', true],
      ['false', false],
      ['load mmc 0:1 0x60000000 rd', true],
    ];
    for (const [condition, isTrue] of conditions) {
      const script = read(
        'setenv x 1; setenv empty',
        `if ${condition}; then`,
        'tftpb 40000000 then',
        'else; tftpb 40000000 else; fi',
      );
      assert.ok(loaded(script).includes(`0x40000000 ${isTrue ? 'then' : 'else'}`), condition);
      assert.ok(!loaded(script).includes(`0x40000000 ${isTrue ? 'else' : 'then'}`), condition);
      const one = read(
        'setenv x 1; setenv empty',
        `${condition} && tftpb 40000000 a`,
        `${condition} || tftpb 40000000 b`,
      );
      const both = condition.startsWith('load');
      assert.equal(
        loaded(one)
          .filter((each) => each.startsWith('0x40000000'))
          .join(),
        both ? '0x40000000 a,0x40000000 b 0:0' : isTrue ? '0x40000000 a' : '0x40000000 b',
        condition,
      );
    }
  });

  it('of which one is known after others run that one and no more', () => {
    const text = (x: string): string =>
      `setenv x ${x}\nif test $x = 1; then tftpb 1000 one; elif test $x = 2; then tftpb 2000 two\nelif test $x = 3; then tftpb 3000 three; else tftpb 4000 four; fi\ntftpb 5000 rd`;
    for (const [x, file] of [
      ['1', '0x1000 one'],
      ['2', '0x2000 two'],
      ['3', '0x3000 three'],
      ['4', '0x4000 four'],
    ] as const)
      assert.deepEqual(loaded(read(text(x))), [file, '0x5000 rd']);
  });

  it('make arms alternatives where they are not known', () => {
    const script = read(
      'fdt addr 48000000',
      'setenv same 1; setenv other 1; setenv kept 1',
      'if test "${board}" = a; then',
      '  setenv at 41000000; setenv other 2; setenv same 3',
      '  tftpb ${at} Image; tftpb 50000000 rd',
      '  fdt mknod /chosen dom0; fdt set /chosen/dom0 reg <0x0 0x41000000 0x0 0x1000>',
      '  fdt set /chosen/dom0 compatible "multiboot,kernel"; fdt mknod / only; fdt set /only x <1>',
      '  fdt rm /gone; fdt rsvmem add 41000000 1000; fdt set /chosen once <1>',
      'else',
      '  setenv at 42000000; setenv same 3',
      '  tftpb ${at} Image; tftpb 50000000 rd',
      '  fdt mknod /chosen dom0; fdt set /chosen/dom0 reg <0x0 0x42000000 0x0 0x1000>',
      '  fdt set /chosen/dom0 compatible "multiboot,kernel"',
      'fi',
      'fdt set /chosen a <${same}>; fdt set /chosen b <${other}>; fdt set /chosen c <${kept}>',
      'booti ${at} - 48000000',
    );
    assert.deepEqual(loaded(script), [
      '0x41000000 Image 0:0',
      '0x50000000 rd',
      '0x42000000 Image 0:1',
    ]);
    const why = 'it depends on a condition that is not known: ${board} is not set in the script';
    assert.deepEqual(
      script.statements.map((each) => [each.kind, each.path, 'name' in each ? each.name : '']),
      [
        ['node', '/chosen/dom0', ''],
        ['unknown-property', '/chosen/dom0', 'reg'],
        ['property', '/chosen/dom0', 'compatible'],
        ['unknown-property', '/chosen', 'once'],
        ['property', '/chosen', 'a'],
        ['unknown-property', '/chosen', 'b'],
        ['property', '/chosen', 'c'],
      ],
    );
    assert.deepEqual(
      script.unclear.map(({ line, because }) => `${line}: ${because}`),
      [
        `6: reg of /chosen/dom0 is unknown: ${why}`,
        `7: the node /only is left out: ${why}`,
        `8: fdt rm /gone is left out: ${why}`,
        `8: fdt rsvmem add is left out: ${why}`,
        `8: once of /chosen is unknown: ${why}`,
        `15: b of /chosen is unknown: ${why}`,
        `16: booti: the address of the kernel is unknown: ${why}`,
      ],
    );
    assert.equal(script.boot?.dtb, 0x48000000n);
  });

  it('leave open what only one arm boots, sets or loads', () => {
    const { boot, memory, overlays, unclear } = read(
      'tftpb 44000000 x.dtb; fdt memory 40000000 1000',
      'if test "${board}" = a; then fdt addr 43000000; fdt apply 44000000; fdt memory 0 1000',
      'booti 41000000 - 43000000; else booti 42000000 - 43000000; fi',
    );
    assert.deepEqual([boot?.kernel, boot?.dtb, memory], [undefined, 0x43000000n, undefined]);
    assert.deepEqual(overlays, []);
    assert.deepEqual(
      unclear.map(({ because }) => because.split(':')[0]),
      ['the overlay x.dtb is left out', 'the address of the kernel is unknown', 'fdt memory'],
    );
  });

  it('hold for all that a variable runs, and end with the script', () => {
    const script = read(
      "setenv a 'tftpb 41000000 one; setenv x 1'",
      'test -n "${unset}" && run a',
      'tftpb 42000000 two',
      'if test "${unset}" = 1; then tftpb 43000000 three; if false; then tftpb 0 none; fi',
    );
    assert.deepEqual(loaded(script), [
      '0x41000000 one 0:0',
      '0x42000000 two',
      '0x43000000 three 1:0',
    ]);
  });

  it('nest, and those without end or beginning do no harm', () => {
    const nested = read(
      'if test $a = 1; then if test $b = 1; then tftpb 1000 x; else tftpb 2000 y; fi; fi',
      'fi; else; then; tftpb 3000 z',
    );
    assert.deepEqual(loaded(nested), ['0x1000 x 0:0 1:0', '0x2000 y 0:1 1:0', '0x3000 z']);
    const deep = read('if test $a = 1; then '.repeat(60) + 'tftpb 1000 x' + '; fi'.repeat(60));
    assert.match(deep.unclear[0]?.because ?? '', /nest deeper than 50/);
  });
});

describe('scripts beside a board', () => {
  const board = (name: string) => {
    const file = join(import.meta.dirname, 'fixtures/rules', name);
    return analyzeFile(file, readOptions(readFileSync(file, 'utf8')));
  };

  it('are one with the environment, and found at the line that loads', () => {
    const { findings } = board('load-outside-ram/bad-joined.dts');
    assert.deepEqual(
      findings.map(({ at, message }) => {
        const text = readFileSync(at.file, 'utf8').slice(0, at.start);
        return `${basename(at.file)}:${text.split('\n').length}: ${message}`;
      }),
      [
        'joined.cmd:3: rd-that-is-not-here is loaded to 0xd8000000, past the end of RAM (0x7fffffff)',
        'joined.env:3: /boot/kernel.bin is loaded to [0xd0000000, 0xd0000060), past the end of RAM (0x7fffffff)',
      ],
    );
  });

  it('leave a module of unknown size where it starts, and its boot open', () => {
    const { board: made } = board('xen-module-dropped/good-size-unknown.dts');
    assert.deepEqual(made.map.modules, []);
    assert.deepEqual(
      made.map.unknown.map(({ node, because }) => `${node.path} ${because.code}`),
      ['/chosen/dom0 set-by-loader'],
    );
    assert.equal(made.map.reserved[0]?.start, 0x7f000000n);
    for (const boot of xenBoots(made)) {
      assert.notEqual(boot.outcome.kind, 'panics', boot.target);
      const kernel = boot.modules.find(({ kind }) => kind === 'Kernel');
      assert.equal(kernel?.start, 0x48000000n);
      assert.ok(kernel.assumed);
      assert.ok(boot.uncertain.some(({ what }) => what === 'modules'));
    }
  });
});

describe('read-imagebuilder', () => {
  const placed = (...lines: string[]) => {
    const text = ['MEMORY_START=0x40000000', 'DEVICE_TREE=x.dtb', ...lines].join('\n');
    const config = readImageBuilderConfig(text);
    assert.ok(config);
    return placeImages(config, sizeOf);
  };
  const value = (script: ReturnType<typeof placed>, name: string): string | undefined => {
    const found = script.statements.find((each) => each.kind === 'property' && each.name === name);
    return found?.kind === 'property' ? found.value : undefined;
  };

  it('places dom0, domUs, Xen and the tree in steps of 2 MiB', () => {
    const script = placed(
      'XEN="Image"',
      'DOM0_KERNEL="Image"',
      'DOM0_RAMDISK="rd"',
      'NUM_DOMUS=2',
      'DOMU_KERNEL[0]="Image"',
      'DOMU_NOBOOT[1]=1',
      'DOMU_KERNEL[1]="Image"',
    );
    assert.deepEqual(
      script.loads.map(({ address, file }) => `${formatAddress(address)} ${file}`),
      [
        '0x40400000 Image',
        '0x40800000 rd',
        '0x40a00000 Image',
        '0x40e00000 Image',
        '0x41200000 x.dtb',
      ],
    );
    assert.equal(script.boot?.kernel, 0x40e00000n);
    assert.equal(value(script, 'xen,enhanced'), '"enabled"');
  });

  it('maps static memory directly unless told not to', () => {
    const domain = [
      'NUM_DOMUS=1',
      'DOMU_KERNEL[0]=Image',
      'DOMU_STATIC_MEM[0]="0x60000000 0x100000"',
    ];
    assert.equal(value(placed(...domain), 'direct-map'), '');
    assert.equal(value(placed(...domain, 'DOMU_DIRECT_MAP[0]=0'), 'direct-map'), undefined);
    assert.equal(value(placed(...domain), 'xen,static-mem'), '<0x0 0x60000000 0x0 0x100000>');
  });

  it('takes dom0 out of the command line when there is none', () => {
    assert.doesNotMatch(value(placed('XEN=Image'), 'xen,xen-bootargs') ?? 'dom0', /dom0/);
    const script = placed('XEN=Image', 'DOM0_KERNEL=Image', 'DOM0_MEM=512', 'XEN_COLORS=0-3');
    assert.match(value(script, 'xen,xen-bootargs') ?? '', / dom0_mem=512M .* xen-llc-colors=0-3"$/);
  });

  it('says so when the files do not fit, and when one is not there', () => {
    assert.match(placed('MEMORY_END=0x40600000').unclear[0]?.because ?? '', /past MEMORY_END/);
    assert.match(placed('XEN=lost').unclear[0]?.because ?? '', /lost is not there/);
  });

  it('writes what each variable of a domain asks for', () => {
    const one = (...lines: string[]): ReturnType<typeof placed> =>
      placed('NUM_DOMUS=1', 'DOMU_KERNEL[0]="Image"', ...lines);
    for (const [line, name, written] of [
      ['', 'memory', '<0x0 0x80000>'],
      ['DOMU_MEM[0]=256', 'memory', '<0x0 0x40000>'],
      ['DOMU_VCPUS[0]=2', 'cpus', '<2>'],
      ['', 'vpl011', '<1>'],
      ['DOMU_VPL011[0]=0', 'vpl011', undefined],
      ['DOMU_ENHANCED[0]=1', 'xen,enhanced', '"enabled"'],
      ['DOMU_ENHANCED[0]=2', 'xen,enhanced', '"no-xenstore"'],
      ['', 'xen,enhanced', undefined],
      ['DOMU_COLORS[0]="4-7"', 'llc-colors', '"4-7"'],
      ['DOMU_P2M_MEM_MB[0]=64', 'xen,domain-p2m-mem-mb', '<64>'],
      ['DOMU_STATIC_MEM[0]="0x50000000 0x1000000"', 'direct-map', ''],
      ['DOMU_STATIC_MEM[0]="0x50000000"', 'xen,static-mem', undefined],
      ['DOMU_SHARED_MEM[0]="one 0x60000000 0x60000000 0x100000"', 'xen,shm-id', '"one"'],
      ['DOMU_SHARED_MEM[0]="one 0x60000000 0x100000"', 'xen,shm-id', undefined],
      ['DOMU_CMD[0]="quiet"', 'bootargs', '"quiet"'],
    ] as const)
      assert.equal(value(one(line), name), written, `${line} ${name}`);
    const direct = one('DOMU_STATIC_MEM[0]="0x50000000 0x1000000"', 'DOMU_DIRECT_MAP[0]=0');
    assert.equal(value(direct, 'direct-map'), undefined);
  });

  it('writes what Xen is told', () => {
    const command = (...lines: string[]): string =>
      value(placed(...lines), 'xen,xen-bootargs') ?? '';
    assert.doesNotMatch(command(), /dom0/, 'a boot without dom0');
    assert.match(command('DOM0_KERNEL="Image"'), /dom0_mem=1024M dom0_max_vcpus=1/);
    assert.equal(
      command('DOM0_KERNEL="Image"', 'XEN_CMD="quiet"', 'XEN_COLORS="0"', 'DOM0_COLORS="1-3"'),
      '"quiet xen-llc-colors=0 dom0-llc-colors=1-3"',
    );
    assert.equal(
      value(placed('XEN_STATIC_HEAP="0x70000000 0x1000000"'), 'xen,static-heap'),
      '<0x0 0x70000000 0x0 0x1000000>',
    );
  });

  it('knows nothing of what is loaded after a file that is not there', () => {
    const script = placed('DOM0_KERNEL="gone"', 'XEN="Image"');
    assert.match(script.unclear.map(({ because }) => because).join(), /gone is not there/);
  });
});
