// Devicetree source made from its grammar: boards with memory, reservations, modules, guests, buses, macros and overlays.

import fc from 'fast-check';
import { numbers } from './mutate.ts';

const { constantFrom, oneof, tuple, array, nat } = fc;

const cell = oneof(
  { weight: 4, arbitrary: constantFrom('0x0', '0x40000000', '0x1000', '0x10000000', '1', '2') },
  { weight: 2, arbitrary: constantFrom(...numbers) },
  { weight: 1, arbitrary: constantFrom('&l0', '&l1', '&{/n0}', '&{/reserved-memory/r0@0}', '&no') },
  { weight: 1, arbitrary: constantFrom('(1 << 31)', '(-1)', '(1 ? 2 : 3)', '(4 / 0)', "'a'") },
  { weight: 1, arbitrary: constantFrom('M0', 'M1(3)', 'M2(0x1000, 4)', 'M3', '__LINE__') },
);

const cells = array(cell, { maxLength: 9 }).map((list) => `<${list.join(' ')}>`);

const value = oneof(
  { weight: 6, arbitrary: cells },
  { weight: 2, arbitrary: constantFrom('"okay"', '"disabled"', '"memory"', '"a", "b"', '""') },
  { weight: 1, arbitrary: constantFrom('[00 01 ff]', '[0]', '[]', '/bits/ 8 <1 255 256>') },
  { weight: 1, arbitrary: constantFrom('/bits/ 64 <0xffffffffffffffff>', '/bits/ 3 <1>') },
  { weight: 1, arbitrary: constantFrom('/incbin/("b.bin")', '/incbin/("b.bin", 1, 4)', '&l0') },
  {
    weight: 1,
    arbitrary: constantFrom('"multiboot,kernel", "multiboot,module"', '"xen,domain"', '"\\x00"'),
  },
  { weight: 1, arbitrary: tuple(cells, cells).map((pair) => pair.join(', ')) },
);

const propertyName = constantFrom(
  ...['reg', 'reg', 'reg', 'ranges', 'dma-ranges', '#address-cells', '#size-cells', 'status'],
  ...['device_type', 'compatible', 'no-map', 'reusable', 'size', 'alignment', 'alloc-ranges'],
  ...['linux,cma-default', 'memory-region', 'phandle', 'label', 'bootargs', 'xen,xen-bootargs'],
  ...['interrupts', 'interrupt-parent', '#interrupt-cells', 'interrupt-map', 'clocks', 'iommus'],
  ...['xen,static-mem', 'xen,shared-mem', 'xen,static-heap', 'memory', 'cpus', 'xen,passthrough'],
  ...['stdout-path', 'name', 'linux,initrd-start', 'linux,initrd-end', 'record-size', 'xen,reg'],
  ...['xen,path', 'remote-endpoint', 'bus-range', 'linux,usable-memory', 'kaslr-seed', 'model'],
);

const statement = oneof(
  { weight: 8, arbitrary: tuple(propertyName, value).map(([name, v]) => `${name} = ${v};`) },
  { weight: 2, arbitrary: propertyName.map((name) => `${name};`) },
  { weight: 1, arbitrary: propertyName.map((name) => `/delete-property/ ${name};`) },
  { weight: 1, arbitrary: constantFrom('/delete-node/ n0;', '/delete-node/ &l0;', '#define M3 7') },
  { weight: 1, arbitrary: constantFrom('#include "soc.dtsi"', '/include/ "soc.dtsi"', '#if M0') },
  { weight: 1, arbitrary: constantFrom('#endif', '#else', '#undef M0', '/* */', '// x') },
);

const nodeName = oneof(
  constantFrom('memory', 'memory@40000000', 'reserved-memory', 'chosen', 'cpus', 'soc', 'n0'),
  constantFrom('aliases', '__symbols__', '__overlay__', 'fragment@0', 'domU1', 'module@48000000'),
  constantFrom('r0@0', 'r1@50000000', 'ramoops@60000000', 'linux,cma', 'cpu@0', 'port', 'endpoint'),
  constantFrom('memory@50000000', 'xen,static', 'intc', 'a-node-whose-name-is-longer-than-31-c'),
);

const label = oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: constantFrom('l0: ', 'l1: ', 'l0: l1: ', '/omit-if-no-ref/ ') },
);

const { node } = fc.letrec<{ node: string; body: string }>((tie) => ({
  body: tuple(
    array(statement, { maxLength: 5 }),
    array(tie('node'), { maxLength: 4, depthIdentifier: 'nodes' }),
  ).map(([statements, nodes]) => [...statements, ...nodes].join('\n')),
  node: tuple(
    label,
    nodeName,
    oneof(
      { maxDepth: 4, depthIdentifier: 'nodes', withCrossShrink: true },
      fc.constant('reg = <0x0 0x1000>;'),
      tie('body'),
    ),
  ).map(([before, name, body]) => `${before}${name} {\n${body}\n};`),
}));

const prologue = constantFrom(
  '/dts-v1/;\n#define M0 1\n#define M1(x) (x + M0)\n#define M2(a, b) (a) (b)\n#define M3 M0 M1(2)\n',
  '/dts-v1/;\n/plugin/;\n',
  '/dts-v1/;\n#define M0 M3\n#define M3 M0\n#define M1(x) M2(x, x)\n#define M2(a, ...) a ## b #a\n',
  '/dts-v1/;\n/memreserve/ 0x40000000 0x1000;\n/memreserve/ 0xffffffffffffffff 1;\n',
  '',
);

const top = oneof(
  {
    weight: 5,
    arbitrary: array(node, { maxLength: 6 }).map((all) => `/ {\n${all.join('\n')}\n};`),
  },
  { weight: 1, arbitrary: node.map((body) => `&l0 {\n${body}\n};`) },
  { weight: 1, arbitrary: node.map((body) => `&{/soc} {\n${body}\n};`) },
  {
    weight: 1,
    arbitrary: array(statement, { maxLength: 8 }).map((all) => `/ { ${all.join(' ')} };`),
  },
  { weight: 1, arbitrary: constantFrom('#include "soc.dtsi"', '/delete-node/ &l0;', '/ { };') },
);

const count = oneof(
  { weight: 20, arbitrary: nat(2) },
  { weight: 1, arbitrary: constantFrom(17, 0x7fffffff, 0xffffffff) },
);
const memory = tuple(count, count, array(cell, { minLength: 2, maxLength: 8 })).map(
  ([address, size, reg]) =>
    `/ { #address-cells = <${address}>; #size-cells = <${size}>;\n` +
    `memory@0 { device_type = "memory"; reg = <${reg.join(' ')}>; }; };`,
);

/** Sources that mostly parse, about everything the analysis looks at. */
export const generatedSource: fc.Arbitrary<string> = tuple(
  prologue,
  memory,
  array(top, { maxLength: 4 }),
).map(([first, ram, rest]) => [first, ram, ...rest].join('\n') + '\n');
