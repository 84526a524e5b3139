// What a tree says about its CPUs: how many Xen brings up, and of which architecture.

import assert from 'node:assert/strict';
import { architectureOf } from '../server/src/facts/architecture-of.ts';
import { cpusOf } from '../server/src/facts/cpus-of.ts';
import { textTree } from './support/source-tree.ts';

const PSCI = 'psci { compatible = "arm,psci-1.0", "arm,psci-0.2"; method = "smc"; };';

function cpu(id: number, more = '', compatible = 'arm,cortex-a53'): string {
  return `cpu@${id.toString(16)} { device_type = "cpu"; compatible = "${compatible}"; reg = <${id}>; enable-method = "psci"; ${more} };`;
}

function board(cpus: string, beside = PSCI): string {
  return `/dts-v1/; / { ${beside} cpus { #address-cells = <1>; #size-cells = <0>; ${cpus} }; };`;
}

describe('cpus-of', () => {
  const counted: readonly (readonly [string, string, number])[] = [
    ['each CPU node', board(cpu(0) + cpu(1) + cpu(0x100) + cpu(0x101)), 4],
    ['no other child of /cpus', board(`${cpu(0)}${cpu(1)} cpu-map { }; l2-cache { };`), 2],
    [
      'a hardware id once',
      board(cpu(0) + cpu(1) + cpu(1, '', 'arm,cortex-a53').replace('@1', '@2')),
      2,
    ],
    [
      'ids of two cells',
      board('').replace(
        '#address-cells = <1>; #size-cells = <0>; ',
        `#address-cells = <2>; #size-cells = <0>; ${cpu(0).replace('<0>', '<0 0>')} ${cpu(1).replace('<1>', '<1 0>')}`,
      ),
      2,
    ],
    ['no id that no core has', board(cpu(0) + cpu(0x4000_0000)), 1],
    ['a single CPU, which nobody has to start', board(cpu(0, 'status = "disabled";'), ''), 1],
    ['CPUs of a spin table', board((cpu(0) + cpu(1)).replaceAll('"psci"', '"spin-table"'), ''), 2],
    [
      '32-bit cores by PSCI, which name no method',
      board(
        (cpu(0, '', 'arm,cortex-a7') + cpu(1, '', 'arm,cortex-a7')).replaceAll(
          'enable-method = "psci";',
          '',
        ),
      ),
      2,
    ],
  ];
  for (const [what, text, count] of counted)
    it(`counts ${what}`, () => {
      assert.deepEqual(cpusOf(textTree(text)), {
        value: count,
        because: { code: 'cpu-nodes', facts: { count } },
      });
    });

  const open: readonly (readonly [string, string, object])[] = [
    ['without /cpus', '/dts-v1/; / { };', { code: 'no-cpu-nodes', facts: {} }],
    [
      'with CPU nodes that are not said to be CPUs',
      board('cpu@0 { reg = <0>; compatible = "arm,cortex-a53"; };'),
      { code: 'no-cpu-nodes', facts: {} },
    ],
    [
      'of two kinds of cores',
      board(cpu(0) + cpu(0x100, '', 'arm,cortex-a72')),
      { code: 'cpu-models-differ', facts: { node: '/cpus/cpu@0', other: '/cpus/cpu@100' } },
    ],
    [
      'of two kinds of cores with one name',
      board(cpu(0, 'capacity-dmips-mhz = <400>;') + cpu(1, 'capacity-dmips-mhz = <1024>;')),
      { code: 'cpu-models-differ', facts: { node: '/cpus/cpu@0', other: '/cpus/cpu@1' } },
    ],
    [
      'with a CPU that is off',
      board(cpu(0) + cpu(1, 'status = "disabled";')),
      { code: 'cpu-off', facts: { node: '/cpus/cpu@1', status: 'disabled' } },
    ],
    [
      'with PSCI asked for and not described',
      board(cpu(0) + cpu(1), ''),
      { code: 'cpu-not-startable', facts: { node: '/cpus/cpu@0', method: 'psci' } },
    ],
    [
      'with a method that Xen does not know',
      board(cpu(0) + cpu(1).replace('"psci"', '"vendor,smp"')),
      { code: 'cpu-not-startable', facts: { node: '/cpus/cpu@1', method: 'vendor,smp' } },
    ],
    [
      'of 32-bit cores without PSCI',
      board(cpu(0, '', 'arm,cortex-a15') + cpu(1, '', 'arm,cortex-a15'), ''),
      { code: 'cpu-not-startable', facts: { node: '/cpus/cpu@0', method: 'psci' } },
    ],
    [
      'with more CPUs than Xen is built for',
      board(Array.from({ length: 129 }, (_, id) => cpu(id)).join('')),
      { code: 'cpus-limit', facts: { count: 129, limit: 128 } },
    ],
  ];
  for (const [what, text, because] of open)
    it(`leaves the number open for a tree ${what}`, () => {
      assert.deepEqual(cpusOf(textTree(text)), { value: undefined, because });
    });
});

describe('architecture-of', () => {
  const named: readonly (readonly [string, string])[] = [
    ...['a5', 'a7', 'a8', 'a9', 'a12', 'a15', 'a17'].map((core): [string, string] => [
      `arm,cortex-${core}`,
      'arm32',
    ]),
    ['qcom,krait', 'arm32'],
    ['arm,cortex-a53', 'arm64'],
    ['arm,cortex-a57', 'arm64'],
    ['arm,cortex-a720', 'arm64'],
    ['arm,armv8', 'arm64'],
    ['qcom,kryo385', 'arm64'],
    ['riscv', 'riscv'],
  ];
  for (const [compatible, architecture] of named)
    it(`takes ${compatible} for ${architecture}`, () => {
      assert.deepEqual(architectureOf(textTree(board(cpu(0, '', compatible)))), {
        value: architecture,
        because: { code: 'cpu-compatible', facts: { node: '/cpus/cpu@0', compatible } },
      });
    });

  it('knows a 32-bit tree without CPUs by its timer', () => {
    const tree = textTree('/dts-v1/; / { timer { compatible = "arm,armv7-timer"; }; };');
    assert.equal(architectureOf(tree).value, 'arm32');
  });

  it('says that nothing tells it', () => {
    assert.deepEqual(architectureOf(textTree('/dts-v1/; / { cpus { cpu@0 { }; }; };')), {
      value: undefined,
      because: { code: 'no-cpu-compatible', facts: {} },
    });
  });
});
