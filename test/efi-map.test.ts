// UEFI memory maps as U-Boot, the UEFI shell, GRUB and Linux print them, alone and in console logs.

import assert from 'node:assert/strict';
import { formatRange } from '../server/src/addresses/format.ts';
import { efiTypeOf, readEfiMap, type EfiMap } from '../server/src/inputs/read-efi-map.ts';

const told = (map: EfiMap): readonly string[] =>
  map.ok ? map.ranges.map((range) => `${formatRange(range)} ${range.type}`) : [map.because];

const WANTED = [
  '[0x40000000, 0x48000000) EfiConventionalMemory',
  '[0x48000000, 0x48010000) EfiBootServicesCode',
  '[0x48010000, 0x48012000) EfiACPIReclaimMemory',
  '[0x9000000, 0x9001000) EfiMemoryMappedIO',
];

const DUMPS: Readonly<Record<string, string>> = {
  'U-Boot up to 2026.07 (efidebug memmap)': `=> efidebug memmap
Type             Start            End              Attributes
================ ================ ================ ==========
CONVENTIONAL     0000000040000000-0000000048000000 WB
BOOT CODE        0000000048000000-0000000048010000 WB
ACPI RECLAIM MEM 0000000048010000-0000000048012000 WB
IO               0000000009000000-0000000009001000 UC|RT
`,
  'U-Boot since 2026.10': `Type                    Start            End              Attributes
======================= ================ ================ ==========
ConventionalMemory      0000000040000000-0000000048000000 WB
BootServicesCode        0000000048000000-0000000048010000 WB
ACPIReclaimMemory       0000000048010000-0000000048012000 WB
MemoryMappedIO          0000000009000000-0000000009001000 UC|RT|ISA=0x1
`,
  'the UEFI shell': `Shell> memmap\r
Type       Start            End              # Pages          Attributes\r
Available  0000000040000000-0000000047FFFFFF 0000000000008000 000000000000000F\r
BS_Code    0000000048000000-000000004800FFFF 0000000000000010 000000000000000F\r
ACPI_Recl  0000000048010000-0000000048011FFF 0000000000000002 000000000000000F\r
MMIO       0000000009000000-0000000009000FFF 0000000000000001 8000000000000001\r
 \r
  Reserved  :              0 Pages (0 Bytes)\r
  Available :         32,768 Pages (134,217,728 Bytes)\r
Total Memory:            128 MB (134,299,648 Bytes)\r
`,
  'the UEFI shell with -sfo': `ShellCommand,"memmap"
MemoryMap,"Available","40000000","47FFFFFF","8000","F"
MemoryMap,"BootServiceCode","48000000","4800FFFF","10","F"
MemoryMap,"ACPIReclaimMemory","48010000","48011FFF","2","F"
MemoryMap,"MemoryMappedIO","9000000","9000FFF","1","8000000000000001"
MemoryMapSummary,"134299648","0","65536"
`,
  'GRUB (lsefimmap)': `grub> lsefimmap
Type      Physical start  - end             #Pages        Size Attributes
conv-mem  0000000040000000-0000000047ffffff 00008000    128MiB UC WC WT WB
BS-code   0000000048000000-000000004800ffff 00000010     64KiB UC WC WT WB
ACPI-rec  0000000048010000-0000000048011fff 00000002      8KiB UC WC WT WB
MMIO      0000000009000000-0000000009000fff 00000001      4KiB RT UC
`,
  'Linux on arm64 with efi=debug': `[    0.000000] efi: Processing EFI memory map:
[    0.000000] efi:   0x000040000000-0x000047ffffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x000048000000-0x00004800ffff [Boot Code   |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x000048010000-0x000048011fff [ACPI Reclaim|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]*
[    0.000000] efi:   0x000009000000-0x000009000fff [MMIO        |RUN|  |  |  |  |  |  |  |  |   |  |  |  |UC]
[    0.000000] efi: memattr: Unexpected EFI Memory Attributes table version 2
`,
  'Linux before 4.20': `[    0.000000] efi:   0x000040000000-0x000047ffffff [Conventional Memory|   |  |  |  |  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x000048000000-0x00004800ffff [Boot Code          |   |  |  |  |  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x000048010000-0x000048011fff [ACPI Reclaim Memory|   |  |  |  |  |  |   |WB|WT|WC|UC]*
[    0.000000] efi:   0x000009000000-0x000009000fff [Memory Mapped I/O  |RUN|  |  |  |  |  |   |  |  |  |UC]
`,
  'Linux with numbered entries': `<6>[    0.000000][    T0] efi: mem00: [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000040000000-0x0000000047ffffff] (128MB)
<6>[    0.000000][    T0] efi: mem01: [Boot Code   |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000048000000-0x000000004800ffff] (0MB)
<6>[    0.000000][    T0] efi: mem02: [ACPI Reclaim|attr=0x080000000000000f] range=[0x0000000048010000-0x0000000048011fff] (0MB)
<6>[    0.000000][    T0] efi: mem03: [MMIO        |RUN|  |  |  |  |  |  |  |  |   |  |  |  |UC] range=[0x0000000009000000-0x0000000009000fff] (0MB)
`,
  'Linux 3 and 4.0, whose ends are exclusive': `[    0.000000] efi: mem00: type=7, attr=0xf, range=[0x0000000040000000-0x0000000048000000) (128MB)
[    0.000000] efi: mem01: type=3, attr=0xf, range=[0x0000000048000000-0x0000000048010000) (0MB)
[    0.000000] efi: mem02: [ACPI Reclaim Memory|   |  |  |  |   |WB|WT|WC|UC] range=[0x0000000048010000-0x0000000048012000) (0MB)
[    0.000000] efi: mem03: type=11, attr=0x8000000000000001, range=[0x0000000009000000-0x0000000009001000) (0MB)
`,
};

describe('read-efi-map', () => {
  for (const [name, dump] of Object.entries(DUMPS)) {
    it(`reads the map of ${name}`, () => {
      const map = readEfiMap(dump);
      assert.deepEqual(told(map), WANTED);
      assert.deepEqual(map.ok && map.ignored, []);
    });

    it(`reads the map of ${name} in a mail, behind a time of the terminal`, () => {
      const lines = dump.split(/\r?\n/).map((line) => `> [2026-08-20 10:00:00.123] ${line}`);
      assert.deepEqual(told(readEfiMap(lines.join('\n'))), WANTED);
    });
  }

  it('reads attributes in every form', () => {
    const RUNTIME = 1n << 63n;
    for (const [name, dump] of Object.entries(DUMPS)) {
      const map = readEfiMap(dump);
      const found = map.ok ? map.ranges.map(({ attributes = 0n }) => attributes) : [];
      const isAny = (at: number, bits: bigint): boolean => ((found[at] ?? 0n) & bits) !== 0n;
      assert.deepEqual([isAny(0, 8n), isAny(0, RUNTIME)], [true, false], name);
      assert.deepEqual([isAny(3, 8n), isAny(3, RUNTIME), isAny(3, 1n)], [false, true, true], name);
    }
    const bare = readEfiMap('CONVENTIONAL     0000000040000000-0000000048000000\n');
    assert.ok(bare.ok && !('attributes' in (bare.ranges[0] ?? {})));
  });

  it('knows each type by number, and keeps those that only their maker knows', () => {
    const entry = (number: number): string =>
      `efi: mem00: type=${number}, attr=0xf, range=[0x0-0x1000) (0MB)\n`;
    const types = Array.from({ length: 16 }, (_, number) => readEfiMap(entry(number)));
    const names = types.map((map) => (map.ok ? (map.ranges[0]?.type ?? '') : ''));
    assert.equal(new Set(names).size, 16);
    assert.ok(names.every((name) => efiTypeOf(name) === name));
    assert.deepEqual(told(readEfiMap(entry(0x7000_0000))), ['[0x0, 0x1000) type 1879048192']);
    const makers = [
      '70000000   0000000040000000-0000000047FFFFFF 0000000000008000 000000000000000F',
      '(unknown)        0000000048000000-0000000048010000 WB',
    ];
    assert.deepEqual(told(readEfiMap(makers.join('\n'))), [
      '[0x40000000, 0x48000000) 70000000',
      '[0x48000000, 0x48010000) (unknown)',
    ]);
  });

  it('says what it leaves out between the entries, and reads the first of two maps', () => {
    const [first = '', second = ''] = (DUMPS['the UEFI shell'] ?? '').split('\r\n').slice(2);
    const map = readEfiMap([first, 'noise of another CPU', second, '', first, second].join('\n'));
    assert.deepEqual(told(map), WANTED.slice(0, 2));
    assert.deepEqual(map.ok && map.ignored, [
      { line: 2, because: 'not an entry of the memory map' },
      { line: 5, because: 'another memory map begins here: only the first is read' },
    ]);
  });

  it('says of an entry what is wrong with it', () => {
    const good = 'CONVENTIONAL     0000000040000000-0000000048000000 WB';
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['BOOT DATA        0000000050000010-0000000051000000 WB', /begin and end at pages of 4 KiB/],
      ['BOOT DATA        0000000052000000-0000000051000000 WB', /ends before it begins/],
      [
        'BS_Data    0000000050000000-0000000050000FFF 0000000000000002 000000000000000F',
        /other than 0x2 pages/,
      ],
    ];
    for (const [line, because] of wrong) {
      const map = readEfiMap(`${good}\n${line}\n`);
      assert.ok(map.ok);
      assert.equal(map.ignored[0]?.line, 2);
      assert.match(map.ignored[0].because, because);
    }
    const both = readEfiMap(`${good}\nBOOT DATA        0000000047fff000-0000000051000000 WB\n`);
    assert.deepEqual([both.ok, !both.ok && both.line], [false, 2]);
    assert.match(told(both)[0] ?? '', /shares memory with the entry in line 1/);
  });

  it('takes no other ranges for entries', () => {
    for (const text of [
      'RAM: 40000000\n',
      '(XEN) RAM: 0000000040000000 - 000000007fffffff\n',
      '[    0.000000]   node   0: [mem 0x0000000040000000-0x000000007fffffff]\n',
      '40000000-7fffffff : System RAM\n',
      'efi: EFI v2.70 by EDK II\n',
      '',
    ])
      assert.match(told(readEfiMap(text))[0] ?? '', /no line is an entry of a UEFI memory map/);
  });
});
