// Reading captured boot logs in the shapes people paste them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { formatAddress, formatRange } from '../server/src/addresses/format.ts';
import { readBootLog } from '../server/src/console/read-boot-log.ts';

const folder = path.join(import.meta.dirname, 'fixtures/xen-logs');
const read = (name: string) => readBootLog(readFileSync(path.join(folder, name), 'utf8'));

describe('read-boot-log', () => {
  it('reads RAM, modules and reserved ranges with exclusive ends', () => {
    const log = read('01-leoyan-ethosn-board.log');
    assert.deepEqual(log.ram.map(formatRange), [
      '[0x20000000, 0xc0000000)',
      '[0x1a0000000, 0x300000000)',
    ]);
    assert.deepEqual(
      log.modules.map((module) => `${module.index} ${module.kind} ${formatRange(module)}`),
      [
        '0 Xen [0x20100000, 0x20265000)',
        '1 Device Tree [0x23000000, 0x23024000)',
        '2 Kernel [0x24000000, 0x28000000)',
      ],
    );
    assert.equal(
      formatRange(log.reserved[2] ?? { start: 0n, end: 0n }),
      '[0x1a0000000, 0x1c0000000)',
    );
    assert.equal(log.linuxMemory.length, 5);
  });

  it('takes the first of several boots in one capture', () => {
    const log = read('05-rcar-s4-or-v4h-strashko-2024.log');
    assert.equal(log.ram.length, 3);
    assert.equal(formatAddress(log.dom0[0]?.start ?? 0n), '0x50000000');
  });

  it('keeps exclusive ends of /memreserve/ entries of old releases', () => {
    const log = read('18-zcu102-qemu-woods-2019.log');
    assert.equal(formatRange(log.reserved[0] ?? { start: 0n, end: 0n }), '[0x76d2000, 0x76dc000)');
    assert.equal(
      log.xenCommandLine,
      'console=dtuart dtuart=serial0 dom0_mem=1G bootscrub=0 timer_slop=0',
    );
  });

  it('joins lines that a mail program wrapped, and only those', () => {
    const log = read('quoted-wrapped.mbox');
    const texts = log.lines.filter((line) => line.by === 'xen').map((line) => line.text);
    assert.deepEqual(texts, [
      'Checking for initrd in /chosen',
      'Initrd 0000000084000040-0000000086152ac6',
      'Region: [0x00000084000040, 0x00000086152ac6) overlapping with mod[2]: [0x00000084000040, 0x00000086152ac6)',
      'RAM: 0000000048000000 - 00000000bfffffff',
      'Panic on CPU 0:',
      'FDT reserve map overlapped with membanks/modules',
    ]);
    assert.equal(log.lines.find((line) => line.text.startsWith('RAM'))?.line, 8);
  });

  it('decodes quoted-printable and sees that module ends are inclusive', () => {
    const log = read('quoted-printable.eml');
    assert.equal(log.xenCommandLine, 'console=dtuart dom0_mem=1G bootscrub=0');
    assert.equal(formatRange(log.ram[0] ?? { start: 0n, end: 0n }), '[0x48000000, 0xc0000000)');
    assert.equal(formatRange(log.modules[0] ?? { start: 0n, end: 0n }), '[0x48080000, 0x481ec000)');
  });

  it('drops terminal noise, carriage returns and times before and after the mark', () => {
    const raw = [
      '\u001b[0m[12:00:01.123] (XEN) [2024-01-01 10:00:00.123] RAM: 0000000040000000 - 000000007fffffff\r\r',
      '(XEN) [    1.000000] MODULE[0]: 0000000040200000 - 0000000040318000 Xen         \r',
      '(XEN) [00000000a1b2c3d4]  RESVD[0]: 0000000050000000 - 000000005fffffff\r',
      '[    0.000000] OF: reserved mem: x',
    ].join('\n');
    const log = readBootLog(raw);
    assert.equal(log.ram.length, 1);
    assert.equal(log.modules.length, 1);
    assert.equal(log.reserved.length, 1);
    assert.deepEqual(log.lines.at(-1), {
      by: 'linux',
      text: 'OF: reserved mem: x',
      line: 4,
      messages: [],
    });
  });

  it('knows every memory line of the captured logs', () => {
    for (const name of readdirSync(folder)) {
      for (const line of read(name).lines) {
        if (
          line.by === 'xen' &&
          /^\s*(RAM|MODULE|RESVD|BANK|Initrd|Loading|Allocating)/.test(line.text)
        )
          assert.equal(line.messages.length, 1, `${name}:${line.line}: ${line.text}`);
      }
    }
  });

  it('never fails, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom(
              '(XEN) ',
              'RAM: ',
              '0000 - ',
              '\n',
              '\r',
              '> ',
              '=\n',
              '=3D',
              '[    0.000000] ',
            ),
          ),
        ),
        (parts) => {
          readBootLog(parts.join(''));
        },
      ),
    );
  });
});
