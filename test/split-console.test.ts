// A recorded console: whose line each one is, what a ring adds, and how the boot ended.

import assert from 'node:assert/strict';
import { resultOf, splitConsole } from './xen/record/split-console.ts';

describe('splitConsole', () => {
  it('keeps early printk with Xen and gives dom0 its own lines, interrupted ones too', () => {
    const { xenLog, dom0Log } = splitConsole(
      '- Ready -\r\n(XEN) RAM: 0 - 1\r\n[    0.000000] Booting\r\n[    0.100000] half(XEN) d0v0 late\r\n',
    );
    assert.equal(xenLog, '- Ready -\n(XEN) RAM: 0 - 1\n(XEN) d0v0 late\n');
    assert.equal(dom0Log, '[    0.000000] Booting\n[    0.100000] half\n');
  });

  const shown =
    '(XEN) Xen version 4.17.7\n[    0.000000] Booting\n(XEN) Freed 348kB init memory.\n';
  const keys = `(XEN) *** Serial input to Xen (type 'CTRL-a' three times to switch input)\n`;
  const dumped = `(XEN) 'w' pressed -> dumping console ring buffer (dmesg)\n`;
  const ring = `(XEN) RAM: 0 - 1\n(XEN) Xen version 4.17.7\n(XEN) Freed 348kB init memory.\n`;

  it('takes the ring of a Xen that was silent at first, without what its own keys led to', () => {
    const { xenLog, dom0Log } = splitConsole(`${shown}${keys}${dumped}${ring}${keys}${dumped}`);
    assert.equal(xenLog, ring);
    assert.equal(dom0Log, '[    0.000000] Booting\n');
  });

  it('takes from memory what a Xen that panics was silent about', () => {
    const memory = `\0code\0(XEN) RAM: 0 - 1\n(XEN) Platform: Generic System\n(XEN) Old\n\0\0`;
    const panic = '(XEN) Platform: Generic System\n(XEN) Panic on CPU 0:\n';
    assert.equal(splitConsole(panic, memory).xenLog, `(XEN) RAM: 0 - 1\n${panic}`);
    assert.equal(splitConsole(panic, '\0').xenLog, panic);
  });

  it('takes the console of a Xen that printed from the start, which a ring may have lost', () => {
    const { xenLog } = splitConsole(`(XEN) RAM: 0 - 1\n${shown}${keys}${dumped}(XEN) Freed\n`);
    assert.equal(
      xenLog,
      '(XEN) RAM: 0 - 1\n(XEN) Xen version 4.17.7\n(XEN) Freed 348kB init memory.\n',
    );
  });
});

describe('resultOf', () => {
  const ends: readonly (readonly [string, string | undefined])[] = [
    ['(XEN) Panic on CPU 0:\n(XEN) Missing kernel', undefined],
    ['(XEN) Panic on CPU 0:\n(XEN) Missing kernel\n(XEN) ****************\n', 'xen-panic'],
    ['Kernel panic - not syncing: VFS: Unable to mount root fs on (0,0)', 'dom0-early-ok'],
    ['[    1.000000] Run /init as init process', 'dom0-early-ok'],
    ['Kernel panic - not syncing: Oops', 'dom0-panic'],
    ['[    3.437219] reboot: Power down', 'dom0-done'],
    ['[    0.000000] Booting', undefined],
  ];
  for (const [text, result] of ends) {
    it(`is ${String(result)} after ${text.split('\n').at(-1) || 'a panic and its frame'}`, () => {
      assert.equal(resultOf(text), result);
    });
  }
});
