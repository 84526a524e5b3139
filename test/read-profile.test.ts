// Boot profiles and dtmap.json: what is accepted, and that a wrong field is named with its path.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { wordFault } from '../server/src/inputs/read-json.ts';
import { readProfile } from '../server/src/inputs/read-profile.ts';
import { readProject } from '../server/src/inputs/read-project.ts';
import { readSeverities } from '../server/src/inputs/read-severities.ts';

describe('read-profile', () => {
  it('reads every field of the contract', () => {
    const json = {
      xen: { address: '0x40200000', size: '0x118000', textSize: '0x80000', debug: true },
      dtb: { address: '0x44000000', size: '0x9bd' },
      kernel: { fileSize: '0x19f97c0', textOffset: '0x0', format: 'gzip', uncompressedSize: 12 },
      boot: 'efi',
      efiMemoryMap: [{ start: '0x40000000', end: '0x80000000', type: 'EfiConventionalMemory' }],
      memory: [{ start: '0x40000000', end: '0x1000000000000000' }],
      xenCommandLine: 'dom0_mem=1G',
      dmaBits: 32,
      iommu: false,
      cpus: 4,
      architecture: 'arm64',
      config: { staticMemory: true, staticShm: true, llcColoring: false, acpi: false },
    };
    const read = readProfile(json);
    assert.ok(read.ok);
    assert.equal(read.value.xen?.address, 0x40200000n);
    assert.equal(read.value.memory?.[0]?.end, 1n << 60n);
    assert.equal(read.value.kernel?.uncompressedSize, 12n);
  });

  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [[], /^must be an object/],
    [null, /^must be an object/],
    [{ xen: { adress: 1 } }, /^xen\.adress: no such field/],
    [{ xen: { address: -1 } }, /^xen\.address: must be a number of bytes/],
    [{ xen: { address: '0x1_000' } }, /^xen\.address: must be a number of bytes/],
    [{ kernel: { fileSize: '0x11111111111111111' } }, /^kernel\.fileSize: must be/],
    [{ memory: [{ start: 0 }] }, /^memory\.0\.end: is missing/],
    [{ memory: [{ start: 5, end: 1 }] }, /^memory\.0: must not end before it starts/],
    [{ cpus: 0 }, /^cpus: must be a whole number from 1/],
    [
      { efiMemoryMap: [{ start: 0, end: 1, type: 'Bogus' }] },
      /^efiMemoryMap\.0\.type: must be the name of a UEFI memory type/,
    ],
    [{ boot: 'acpi' }, /^boot: must be "dt" or "efi"/],
    [{ config: { acpi: 'no' } }, /^config\.acpi: must be true or false/],
  ];
  for (const [json, because] of wrong) {
    it(`says what is wrong with ${JSON.stringify(json)}`, () => {
      const read = readProfile(json);
      assert.ok(!read.ok);
      assert.match(read.because, because);
    });
  }

  it('never fails, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        readProfile(json);
        readProject(JSON.stringify(json));
      }),
    );
  });

  it('leaves out the severities that cannot be used, and names each', () => {
    assert.deepEqual(
      readSeverities({ 'reg-length': 'on', 'reg-size': 'off', 'banks-overlap': 7 }),
      {
        severities: { 'reg-length': 'on' },
        faults: [
          'reg-size: no such rule',
          'banks-overlap: must be "error", "warning", "information", "hint", "on" or "off"',
        ],
      },
    );
    for (const wrong of [[], 'off', null, 7])
      assert.deepEqual(readSeverities(wrong), {
        severities: {},
        faults: ['must be an object of severities by rule'],
      });
  });

  it('reads dtmap.json', () => {
    const read = readProject('{"extends": "../dtmap.json", "severity": {"reg-length": "off"}}');
    assert.ok(read.ok);
    assert.equal(read.value.severity?.['reg-length'], 'off');
    const bad = readProject('{"severity": {"reg-length": "fatal"}}');
    assert.ok(!bad.ok);
    assert.match(wordFault(bad.faults[0]), /^severity\.reg-length: must be "error"/);
    const unknown = readProject('{"severity": {"reg-size": "off"}}');
    assert.ok(!unknown.ok);
    assert.equal(wordFault(unknown.faults[0]), 'severity.reg-size: no such rule');
    const none = readProject('{');
    assert.ok(!none.ok);
    assert.match(wordFault(none.faults[0]), /^not JSON/);
  });
});
