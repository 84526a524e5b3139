// Devices that Xen maps into dom0.

import { CELLS, atRoot, REFUSED, type Case } from './board.ts';

const device = (reg: string, more = ''): string =>
  `d@5000 { compatible = "x"; reg = <${reg}>; ${more} };`;
const bus = (name: string, inner: string, more = 'ranges;', cells = CELLS): string =>
  `${name} { compatible = "simple-bus"; ${cells} ${more} ${inner} };`;
const PAGE_AT_5000 = device('0 0x5000 0 0x1000');
const WIDE = '#address-cells = <5>; #size-cells = <1>;';
const NOT_MADE = 'Device tree generation failed (-22).';
const tooWide = (last: string): string =>
  `/b/d@5000: [0xfffffffffffff000, ${last}] exceeds the maximum allowed PA width (48 bits)Device tree generation failed (-34).`;

export const devices: readonly Case[] = [
  [
    'below a bus that is not one for those above',
    atRoot(bus('a', bus('b', bus('c', PAGE_AT_5000)), '')),
    {
      '4.18': [
        'panics',
        REFUSED,
        'DT: /a is not a valid bus',
        'Unable to retrieve address 0 for /a/b/c/d@5000',
        NOT_MADE,
      ],
    },
  ],
  [
    'below a bus with five cells',
    atRoot(bus('a', bus('b', PAGE_AT_5000), 'ranges;', WIDE)),
    {
      '4.18': [
        'panics',
        REFUSED,
        'dt_parse: Bad cell count for parent /a/b',
        'Unable to retrieve address 0 for /a/b/d@5000',
      ],
    },
  ],
  [
    'of which only the first range is covered',
    atRoot(
      bus(
        'b',
        device('0 0x5000 0 0x10 0 0x9000 0 0x10'),
        'ranges = <0 0x5000 0 0x10005000 0 0x1000>;',
      ),
    ),
    { '4.18': ['panics', REFUSED, 'Unable to retrieve address 1 for /b/d@5000', NOT_MADE] },
  ],
  [
    'on PCI, which is not looked at',
    atRoot(bus('b', PAGE_AT_5000, 'ranges = <0 0 0 0 0 0x1000>; device_type = "pci";')),
    { '4.18': ['boots', undefined] },
  ],
  [
    'that is passed through but not covered',
    atRoot(bus('b', device('0 0x5000 0 0x10', 'xen,passthrough;'), 'ranges = <0 0 0 0 0 0x1000>;')),
    { '4.18': ['panics', REFUSED, 'Unable to retrieve address 0 for /b/d@5000'] },
  ],
  [
    'above what a processor reaches',
    atRoot(bus('b', device('0x1000000 0 0 0x1000'))),
    {
      '4.11': [
        'panics',
        'Could not set up DOM0 guest OS',
        'Unable to map 0x100000000000000 - 0x100000000000fff in domain 0',
      ],
      '4.22': [
        'panics',
        'Could not set up d0 guest OS (rc = -22)',
        'Unable to map 0x100000000000000 - 0x100000000000fff in domain 0',
        NOT_MADE,
      ],
    },
  ],
  [
    'that wraps',
    atRoot(bus('b', device('0xffffffff 0xfffff000 0 0x2000'))),
    {
      '4.11': ['panics', "Assertion 's <= e' failed at rangeset.c"],
      '4.18': ['panics', REFUSED, tooWide('0x1000')],
    },
  ],
  [
    'that ends with the last byte',
    atRoot(bus('b', device('0xffffffff 0xfffff000 0 0x1000'))),
    { '4.18': ['panics', REFUSED, tooWide('0x0')] },
  ],
];
