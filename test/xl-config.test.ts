// Configurations of xl: what xl itself reads in them, and where it does not.

import assert from 'node:assert/strict';
import { formatRange } from '../server/src/addresses/format.ts';
import { readXlConfig } from '../server/src/inputs/read-xl-config.ts';

const read = (...lines: string[]) => {
  const text = lines.join('\n');
  const config = readXlConfig(text);
  assert.ok(config);
  const wrong = config.wrong
    .toSorted((a, b) => a.start - b.start)
    .map(({ start, end, because }) => `${text.slice(start, end)}: ${because}`);
  return { ...config, wrong };
};

describe('read-xl-config', () => {
  it('scans iomem as xl does: hexadecimal, with or without 0x', () => {
    const { iomem, wrong } = read('iomem = ["0x108d2,1", "10900,0x100@0x20", " a0, 2"]');
    assert.deepEqual(
      iomem.map(({ value }) => `${formatRange(value)} ${value.guest.toString(16)}`),
      [
        `${formatRange({ start: 0x108d2000n, end: 0x108d3000n })} 108d2000`,
        `${formatRange({ start: 0x10900000n, end: 0x10a00000n })} 20000`,
        `${formatRange({ start: 0xa0000n, end: 0xa2000n })} a0000`,
      ],
    );
    assert.deepEqual(wrong, []);
    const because = 'iomem must be "START,COUNT" or "START,COUNT@GUEST" in hexadecimal frames';
    const bad = ['9000', '9000,1 ', '9000;1', '9000,1@', '0x,1', ',1'];
    assert.deepEqual(
      read(`iomem = [${bad.map((each) => `"${each}"`).join()}]`).wrong,
      bad.map((each) => `${each}: ${because}`),
    );
  });

  it('reads lists over lines, both quotes, comments, `;` and `+=`', () => {
    const { memory, dtdev, deviceTree, wrong } = read(
      'name="a"; memory = 0x10 # MiB',
      "dtdev = [ # '/not'",
      '\t\'/a\', "/b#c",',
      '',
      ']',
      'dtdev += ["/d"]',
      'vif = [ [ "a", 1 ], [ ] ]',
      'extra = \'say "it\\x41"\'',
      'device_tree = "/g"',
      'device_tree += ".dtb"',
    );
    assert.equal(memory?.value, 16n << 20n);
    assert.deepEqual(
      dtdev.map(({ value }) => value),
      ['/a', '/b#c', '/d'],
    );
    assert.equal(deviceTree?.value, '/g.dtb');
    assert.deepEqual(wrong, []);
  });

  it('names what it cannot read at its place, and goes on behind it', () => {
    const { memory, wrong } = read(
      'name = "open',
      'kernel = [ "a", "b',
      'dtdev = [ "/a" "/b",',
      '  "/c" ]',
      'extra = True',
      'acpi 1',
      '= 2',
      'cpus = "1" "2"',
      'iomem = [ "1,1"',
      'memory = 64',
    );
    assert.equal(memory?.value, 64n << 20n);
    assert.deepEqual(wrong, [
      'open: a string ends on its line: " is missing',
      'b: a string ends on its line: " is missing',
      '/b: expected , or ], found a string',
      'True: expected a string, a number or a list, found a name',
      '1: expected = or +=, found a number',
      '=: expected NAME = VALUE, found =',
      '2: expected the end of the line, found a string',
      '[: a list that is not closed: ] is missing',
    ]);
  });

  it('names values of another type', () => {
    const { wrong } = read(
      'memory = [ 1 ]',
      'maxmem = "12x"',
      'dtdev = "/a"',
      'iomem = [ [ "1,1" ] ]',
      'type = "vm"',
      'extra = "a"',
      'extra += [ "b" ]',
    );
    assert.deepEqual(wrong, [
      '[ 1 ]: memory must be a number of MiB',
      '12x: maxmem must be a number of MiB',
      '/a: dtdev must be a list of strings',
      '[ "1,1" ]: iomem must be a list of strings',
      'vm: type must be "pv", "pvh" or "hvm"',
      'extra: += joins two lists or two strings, and extra is one of each',
    ]);
  });

  it('takes no text for a configuration that sets nothing', () => {
    assert.equal(readXlConfig('no setting\n'), undefined);
    assert.equal(readXlConfig('a = "\0"'), undefined);
  });

  for (const [what, text] of [
    ['one string', `a = "${'x\\n'.repeat(300_000)}"`],
    ['one list', `a = [${'"b",'.repeat(250_000)}]`],
    ['many additions', 'a+=[1]\n'.repeat(140_000)],
    ['open brackets', `a = ${'['.repeat(1_000_000)}`],
    ['blanks', `a =${' '.repeat(1_000_000)}`],
    ['a name', `${'a'.repeat(1_000_000)}`],
  ] as const)
    it(`takes a megabyte of ${what} in its stride`, () => {
      const from = performance.now();
      readXlConfig(text);
      assert.ok(performance.now() - from < 3000);
    }).timeout(10_000);
});
