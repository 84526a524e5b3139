// What an image of Xen says about itself: images made here, of a few bytes, and the option that takes one.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import {
  profileOfImage,
  readXenImage,
  type Inflate,
  type XenImage,
} from '../server/src/inputs/read-xen-image.ts';
import { dtmap } from './support/run-dtmap.ts';

const inflate: Inflate = (bytes, most) => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: most });
  } catch {
    return undefined;
  }
};

/** A raw arm64 image: its header, then `rest`. */
function arm64(size: number, rest: Uint8Array = new Uint8Array()): Buffer {
  const header = Buffer.alloc(64);
  header.writeBigUInt64LE(BigInt(size), 16);
  header.write('ARM\x64', 56, 'latin1');
  return Buffer.concat([header, rest]);
}

function arm32(start: number, end: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(0x016f2818, 36);
  header.writeUInt32LE(start, 40);
  header.writeUInt32LE(end, 44);
  return header;
}

/** An ELF file that loads 0x1000 bytes at 0x200000 and clears what is up to 0x3000, with symbols at these addresses. */
function elf(
  width: 64 | 32,
  symbols: Readonly<Record<string, number>> = {},
  machine?: number,
): Buffer {
  const wide = width === 64;
  const file = Buffer.alloc(0x1000);
  const address = (value: number, at: number): void => {
    if (wide) file.writeBigUInt64LE(BigInt(value), at);
    else file.writeUInt32LE(value, at);
  };
  file.write('\x7fELF', 0, 'latin1');
  file[4] = wide ? 2 : 1;
  file[5] = 1;
  file.writeUInt16LE(machine ?? (wide ? 183 : 40), 18);
  const [segments, sections, symbolTable, names] = [0x80, 0x100, 0x200, 0x400];
  address(segments, wide ? 0x20 : 0x1c);
  const counts = wide ? 0x36 : 0x2a;
  file.writeUInt16LE(0x40, counts);
  file.writeUInt16LE(1, counts + 2);
  file.writeUInt16LE(0x40, counts + 4);
  file.writeUInt32LE(1, segments);
  address(0x200000, segments + (wide ? 16 : 8));
  address(0x3000, segments + (wide ? 40 : 20));
  const entries = Object.entries(symbols);
  if (entries.length === 0) return file;
  address(sections, wide ? 0x28 : 0x20);
  file.writeUInt16LE(2, counts + 6);
  const entry = wide ? 24 : 16;
  file.writeUInt32LE(2, sections + 4);
  address(symbolTable, sections + (wide ? 24 : 16));
  address(entry * entries.length, sections + (wide ? 32 : 20));
  file.writeUInt32LE(1, sections + (wide ? 40 : 24));
  address(names, sections + 0x40 + (wide ? 24 : 16));
  let name = 1;
  entries.forEach(([each, value], index) => {
    file.writeUInt32LE(name, symbolTable + index * entry);
    address(value, symbolTable + index * entry + (wide ? 8 : 4));
    file.write(`${each}\0`, names + name, 'latin1');
    name += each.length + 1;
  });
  return file;
}

const SYMBOLS = {
  _start: 0x200000,
  _stext: 0x200000,
  _etext: 0x208000,
  longer_name: 1,
  _end: 0x318000,
};

function configured(options: string, head = '# Xen/arm 4.18.2 Configuration'): Buffer {
  const packed = gzipSync(
    `#\n# Automatically generated file; DO NOT EDIT.\n${head}\n#\n${options}`,
  );
  // What stands behind it in an image is no padding.
  return Buffer.concat([Buffer.from('text\0'), packed, Buffer.from('\xd0\x03rest', 'latin1')]);
}

function uImage(image: Buffer): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x27051956, 0);
  return Buffer.concat([header, image]);
}

function imageOf(bytes: Uint8Array): XenImage {
  const read = readXenImage(bytes, inflate);
  assert.ok(read.ok, read.ok ? '' : read.because);
  return read.value;
}

const NOT_BUILT = { staticMemory: false, staticShm: false, llcColoring: false, acpi: false };

describe('read-xen-image', () => {
  const images: readonly (readonly [string, Uint8Array, XenImage])[] = [
    ['a raw arm64 image', arm64(0x118000), { architecture: 'arm64', size: 0x118000n }],
    ['one from before headers had a size', arm64(0), { architecture: 'arm64' }],
    ['a raw arm32 image', arm32(0x1000, 0x101000), { architecture: 'arm32', size: 0x100000n }],
    [
      'an ELF file with symbols',
      elf(64, SYMBOLS),
      { architecture: 'arm64', size: 0x118000n, textSize: 0x8000n },
    ],
    [
      'a 32-bit ELF file with symbols',
      elf(32, SYMBOLS),
      { architecture: 'arm32', size: 0x118000n, textSize: 0x8000n },
    ],
    ['a stripped ELF file', elf(64), { architecture: 'arm64', size: 0x3000n }],
    ['one packed by gzip', gzipSync(arm64(0x118000)), { architecture: 'arm64', size: 0x118000n }],
    ['one in a uImage', uImage(arm64(0x118000)), { architecture: 'arm64', size: 0x118000n }],
    [
      'the configuration it carries',
      arm64(
        0x1000,
        configured('CONFIG_DEBUG=y\nCONFIG_STATIC_MEMORY=y\n# CONFIG_ACPI is not set\n'),
      ),
      {
        architecture: 'arm64',
        size: 0x1000n,
        debug: true,
        release: '4.18.2',
        config: { ...NOT_BUILT, staticMemory: true },
      },
    ],
    [
      'the configuration of a development version',
      arm64(0x1000, configured('CONFIG_ACPI=y\n', '# Xen/arm 4.19-unstable Configuration')),
      {
        architecture: 'arm64',
        size: 0x1000n,
        debug: false,
        release: '4.19',
        config: { ...NOT_BUILT, acpi: true },
      },
    ],
    [
      'the word of its banner',
      arm64(0x1000, Buffer.from('\0debug=y\0\0')),
      { architecture: 'arm64', size: 0x1000n, debug: true },
    ],
    [
      'nothing by packed data of another kind',
      arm64(
        0x1000,
        Buffer.concat([
          gzipSync('# Linux/arm64 6.1.0 Configuration\n'),
          Buffer.from([0x1f, 0x8b, 8, 0]),
        ]),
      ),
      { architecture: 'arm64', size: 0x1000n },
    ],
  ];
  for (const [what, bytes, expected] of images)
    it(`reads ${what}`, () => {
      assert.deepEqual(imageOf(bytes), expected);
    });

  const others: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['nothing', new Uint8Array(), /^not an image of Xen: no header/],
    ['a text', Buffer.from('{ "cpus": 1 }'.repeat(20)), /^not an image of Xen: no header/],
    [
      'a program for another machine',
      elf(64, {}, 62),
      /^not an image of Xen: an ELF file, but not for Arm$/,
    ],
    [
      'an ELF file that is cut short',
      elf(64, SYMBOLS).subarray(0, 0x90),
      /^not an image of Xen: an ELF file that is cut short$/,
    ],
    ['a kernel', arm64(0x1000, Buffer.from('\0Linux version 6.1.0')), /^a Linux kernel, not Xen$/],
    ['a size that no Xen has', arm64(2 ** 40), /its header gives an impossible size$/],
    [
      'gzip data that is broken',
      Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
      /^gzip data that cannot be unpacked$/,
    ],
    ['what is packed twice', gzipSync(gzipSync(arm64(0x1000))), /^not an image of Xen: no header/],
  ];
  for (const [what, bytes, because] of others)
    it(`refuses ${what}`, () => {
      const read = readXenImage(bytes, inflate);
      assert.ok(!read.ok);
      assert.match(read.because, because);
    });

  it('never throws, whatever bytes an image is damaged to', () => {
    const whole = [
      elf(64, SYMBOLS),
      elf(32, SYMBOLS),
      gzipSync(arm64(0x1000)),
      deflateRawSync('x'),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(fc.tuple(fc.nat(0x4ff), fc.nat(255)), { maxLength: 8 }),
        (image, changes) => {
          const damaged = Buffer.from(image);
          for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
          readXenImage(damaged, inflate);
        },
      ),
    );
  });

  it('gives the boot facts that follow, and no others', () => {
    assert.deepEqual(profileOfImage({ architecture: 'arm64' }), { architecture: 'arm64', xen: {} });
    assert.deepEqual(profileOfImage(imageOf(elf(64, SYMBOLS))), {
      architecture: 'arm64',
      xen: { size: 0x118000n, textSize: 0x8000n },
    });
  });
});

describe('--xen-image', () => {
  const board = path.join(import.meta.dirname, 'fixtures/xen-boots/seed-scaled/board.dts');
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-image-'));
    writeFileSync(path.join(folder, 'xen'), arm64(0x118000, configured('CONFIG_DEBUG=y\n')));
    writeFileSync(
      path.join(folder, 'profile.json'),
      '{ "xen": { "address": "0x50000000" }, "dtb": { "address": "0x4a000000", "size": "0x1000" }, "cpus": 1 }',
    );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('gives the size of Xen beside what a profile gives', async () => {
    const argv = ['boot', board, '--xen', '4.18', '--profile', 'profile.json'];
    const without = await dtmap(argv, { cwd: folder });
    assert.doesNotMatch(without.stdout, /MODULE\[0\]/);
    const ran = await dtmap([...argv, '--xen-image', 'xen'], { cwd: folder });
    assert.match(ran.stdout, /^\(XEN\) MODULE\[0\]: 0000000050000000 - 0000000050118000 Xen/m);
    assert.doesNotMatch(ran.stderr, /no target/);
  });

  it('says when the image is of a release that is not asked for', async () => {
    const argv = ['map', board, '--for', 'xen', '--xen', '4.20', '--xen-image', 'xen'];
    const ran = await dtmap(argv, { cwd: folder });
    assert.match(
      ran.stderr,
      /^dtmap: xen: an image of Xen 4\.18\.2, which is no target; add --xen 4\.18\.2$/m,
    );
  });

  for (const [what, name, because] of [
    [
      'a file that is none',
      'profile.json',
      /^dtmap: profile\.json: not an image of Xen: no header/,
    ],
    ['a file that is not there', 'none', /^dtmap: none: no such file\n$/],
    ['a folder', '.', /^dtmap: .*is a directory\n$/],
  ] as const)
    for (const command of ['check', 'map', 'boot', 'decode'])
      it(`${command}: refuses ${what} in one line`, async () => {
        const ran = await dtmap(
          [command, board, ...(command === 'decode' ? ['0x1'] : []), '--xen-image', name],
          { cwd: folder },
        );
        assert.deepEqual([ran.status, ran.stdout], [2, '']);
        assert.match(ran.stderr, because);
        assert.equal(ran.stderr.split('\n').length, 2);
      });
});
