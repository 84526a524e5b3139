// Templates for the kinds of reserved regions.

import { canWrite, type CellCounts } from '../addresses/cells.ts';

export interface RegionSnippet {
  readonly label: string;
  readonly detail: string;
  /** With `$1` places. */
  readonly insert: string;
}

/** One template per kind of region, with as many cells as `counts` say; none where nobody could write them. */
export function regionSnippets(counts: CellCounts): RegionSnippet[] {
  if (!canWrite(counts)) return [];
  const address = `${'0x0 '.repeat(Math.max(0, counts.address - 1))}0x\${1:80000000}`;
  const size = `${'0x0 '.repeat(Math.max(0, counts.size - 1))}0x\${2:100000}`;
  const onlySize = `${'0x0 '.repeat(Math.max(0, counts.size - 1))}0x\${1:4000000}`;
  const fixed = (name: string, ...lines: string[]): string =>
    [
      `\${3:${name}}: ${name}@\${1:80000000} {`,
      ...lines.map((line) => `\t${line}`),
      `\treg = <${address} ${size}>;`,
      '};',
    ].join('\n');
  return [
    {
      label: 'region: no-map',
      detail: 'firmware or secure memory that nobody may map',
      insert: fixed('firmware', 'no-map;'),
    },
    {
      label: 'region: shared DMA pool',
      detail: 'buffers of one device, at a fixed place',
      insert: fixed('pool', 'compatible = "shared-dma-pool";', 'no-map;'),
    },
    {
      label: 'region: CMA',
      detail: 'movable pages live there until a driver needs it',
      insert: [
        'linux,cma {',
        '\tcompatible = "shared-dma-pool";',
        '\treusable;',
        `\tsize = <${onlySize}>;`,
        `\talignment = <${'0x0 '.repeat(Math.max(0, counts.size - 1))}0x200000>;`,
        '\tlinux,cma-default;',
        '};',
      ].join('\n'),
    },
    {
      label: 'region: ramoops',
      detail: 'crash logs that survive a reboot',
      insert: fixed(
        'ramoops',
        'compatible = "ramoops";',
        'record-size = <0x10000>;',
        'console-size = <0x40000>;',
        'pmsg-size = <0x10000>;',
      ),
    },
    {
      label: 'region: remote processor',
      detail: 'code and data of a remote processor',
      insert: fixed('rproc', 'no-map;'),
    },
  ];
}
