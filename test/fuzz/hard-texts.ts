// Devicetree sources that are hard to read in linear time: each of `count` pieces that a careless reader would look at again.

const HEAD = '/dts-v1/;\n';

/** `count` pieces, each made from its index. */
export function many(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join('');
}

function hex(value: number): string {
  return value.toString(16);
}

const root = (inside: string): string => `${HEAD}/ {\n${inside}};\n`;

const CELLS = '#address-cells = <2>; #size-cells = <2>;\n';
const MEMORY = 'memory@0 { device_type = "memory"; reg = <0 0 4 0>; };\n';

/** For the preprocessor. */
export const directives: readonly (readonly [string, (count: number) => string])[] = [
  ['#error with blanks', (n) => `${HEAD}#error a${' '.repeat(n)}b\n/ { };\n`],
  ['#error, one a line', (n) => `${HEAD}${'#error a  b\n'.repeat(n)}/ { };\n`],
  ['#if 0xFF…_', (n) => `${HEAD}#if 0x${'F'.repeat(n)}_\n#endif\n/ { };\n`],
  ['#if with a long decimal', (n) => `${HEAD}#if ${'7'.repeat(n)}\n#endif\n/ { };\n`],
  ['#if with a long octal', (n) => `${HEAD}#if 0${'7'.repeat(n)}\n#endif\n/ { };\n`],
  ['#if 1+1+…', (n) => `${HEAD}#if 1${'+1'.repeat(n)}\n#endif\n/ { };\n`],
  ['#if 1?1:1?…', (n) => `${HEAD}#if ${'1?1:'.repeat(n)}1\n#endif\n/ { };\n`],
  ['#if 1?1?…', (n) => `${HEAD}#if ${'1?'.repeat(n)}1${':1'.repeat(n)}\n#endif\n/ { };\n`],
  ['#if ((…))', (n) => `${HEAD}#if ${'('.repeat(n)}1${')'.repeat(n)}\n#endif\n/ { };\n`],
  ['#if !!…', (n) => `${HEAD}#if ${'!'.repeat(n)}1\n#endif\n/ { };\n`],
  ['#if with blanks', (n) => `${HEAD}#if ${' '.repeat(n)}x y\n#endif\n/ { };\n`],
  ["#if 'aaa…'", (n) => `${HEAD}#if '${'a'.repeat(n)}'\n#endif\n/ { };\n`],
  ['#if defined ×n', (n) => `${HEAD}#if 0${'||defined(A)'.repeat(n)}\n#endif\n/ { };\n`],
  ['#if, nested', (n) => `${HEAD}${'#if 1\n'.repeat(n)}${'#endif\n'.repeat(n)}/ { };\n`],
  ['#if 0, nested', (n) => `${HEAD}${'#if 0\n'.repeat(n)}${'#endif\n'.repeat(n)}/ { };\n`],
  ['#if without #endif', (n) => `${HEAD}/ { };\n${'#if 1\n'.repeat(n)}`],
  ['#endif without #if', (n) => `${HEAD}${'#endif\n'.repeat(n)}/ { };\n`],
  ['#elif', (n) => `${HEAD}#if 0\n${'#elif 0\n'.repeat(n)}#endif\n/ { };\n`],
  ['#else again', (n) => `${HEAD}#if 0\n${'#else\n'.repeat(n)}#endif\n/ { };\n`],
  ['#define, many', (n) => `${HEAD}${many(n, (at) => `#define A${at} ${at}\n`)}/ { };\n`],
  ['#define of one name', (n) => `${HEAD}${many(n, (at) => `#define A ${at}\n`)}/ { };\n`],
  ['#undef', (n) => `${HEAD}${'#define A\n#undef A\n'.repeat(n)}/ { };\n`],
  [
    'a chain of macros',
    (n) => `${HEAD}${many(n, (at) => `#define A${at} A${at + 1}\n`)}/ { p = <A0>; };\n`,
  ],
  [
    'macros that name each other',
    (n) =>
      `${HEAD}${many(n, (at) => `#define A${at} A${(at + 1) % n} A${(at + 2) % n}\n`)}/ { p = <A0>; };\n`,
  ],
  ['a macro with a long body', (n) => `${HEAD}#define A ${'1 '.repeat(n)}\n/ { p = <A>; };\n`],
  [
    'a long body defined again',
    (n) => `${HEAD}${`#define A ${'1 '.repeat(100)}\n`.repeat(n / 100)}/ { };\n`,
  ],
  ['uses of a macro', (n) => `${HEAD}#define A 1\n/ { p = <${'A '.repeat(n)}>; };\n`],
  ['uses of a call', (n) => `${HEAD}#define F(x) x\n/ { p = <${'F(1) '.repeat(n)}>; };\n`],
  ['uses on lines', (n) => `${HEAD}#define A 1\n/ { p = <${'A\n'.repeat(n)}>; };\n`],
  [
    'a call with many arguments',
    (n) => `${HEAD}#define F(...) __VA_ARGS__\n/ { p = <F(1${',1'.repeat(n)})>; };\n`,
  ],
  [
    'a macro with many parameters',
    (n) =>
      `${HEAD}#define F(a${many(n, (at) => `,a${at}`)}) a${many(n, (at) => ` a${at}`)}\n/ { p = <F(1${',1'.repeat(n)})>; };\n`,
  ],
  [
    'a call in a call',
    (n) => `${HEAD}#define F(x) x\n/ { p = <${'F('.repeat(n)}1${')'.repeat(n)}>; };\n`,
  ],
  ['calls without )', (n) => `${HEAD}#define F(x) x\n/ { p = <${'F('.repeat(n)}>; };\n`],
  [
    'calls without ), on lines',
    (n) => `${HEAD}#define F(x) x\n/ { p = <${'F(\n'.repeat(n)}>; };\n`,
  ],
  ['names of calls without (', (n) => `${HEAD}#define F(x) x\n/ { p = <${'F '.repeat(n)}>; };\n`],
  [
    'names of calls, on lines',
    (n) => `${HEAD}#define F(x) x\n/ { p = <${'F\n\n'.repeat(n)}>; };\n`,
  ],
  ['f(x) f, rescanned', (n) => `${HEAD}#define F(x) x F\n/ { p = <F${'(1)'.repeat(n)}>; };\n`],
  ['#x of much', (n) => `${HEAD}#define S(x) #x\n/ { p = S(${'a "b\\\\" '.repeat(n)}); };\n`],
  ['#x of backslashes', (n) => `${HEAD}#define S(x) #x\n/ { p = S(${'\\'.repeat(n)}); };\n`],
  ['a##b##…', (n) => `${HEAD}#define P a${'##b'.repeat(n)}\n/ { P; };\n`],
  ['x##x##… of an argument', (n) => `${HEAD}#define P(x) x${'##x'.repeat(n)}\n/ { P(a); };\n`],
  ['__COUNTER__', (n) => `${HEAD}/ { p = <${'__COUNTER__ '.repeat(n)}>; };\n`],
  ['__LINE__ on lines', (n) => `${HEAD}/ { p = <${'__LINE__\n'.repeat(n)}>; };\n`],
  ['__FILE__', (n) => `${HEAD}/ { p = ${'__FILE__, '.repeat(n)}""; };\n`],
  ['_Pragma', (n) => `${HEAD}${'_Pragma("once")\n'.repeat(n)}/ { };\n`],
  ['_Pragma on a line', (n) => `${HEAD}${'_Pragma("x") '.repeat(n)}\n/ { };\n`],
  [
    '#pragma push_macro',
    (n) => `${HEAD}#define A 1\n${'#pragma push_macro("A")\n'.repeat(n)}/ { };\n`,
  ],
  ['#pragma with blanks', (n) => `${HEAD}#pragma GCC error${' '.repeat(n)}"x" y\n/ { };\n`],
  ['#pragma with quotes', (n) => `${HEAD}#pragma GCC error ${'"x" '.repeat(n)} y\n/ { };\n`],
  ['#line', (n) => `${HEAD}${many(n, (at) => `#line ${at + 1} "a"\n`)}/ { };\n`],
  ['line markers', (n) => `${HEAD}${many(n, (at) => `# ${at + 1} "a"\n`)}/ { };\n`],
  ['#unknown', (n) => `${HEAD}${'#unknown\n'.repeat(n)}/ { };\n`],
  ['continued lines', (n) => `${HEAD}#define A 1 ${'\\\n'.repeat(n)}\n/ { };\n`],
  ['continued lines with blanks', (n) => `${HEAD}#define A 1 ${'\\ \n'.repeat(n)}\n/ { };\n`],
  ['backslashes and blanks', (n) => `${HEAD}#define A \\${' '.repeat(n)}1\n/ { };\n`],
  ['comments', (n) => `${HEAD}${'/* */'.repeat(n)}/ { };\n`],
  ['comments in #if', (n) => `${HEAD}#if ${'/* */'.repeat(n)} 1\n#endif\n/ { };\n`],
  ['comments in #include', (n) => `${HEAD}#include ${'/**/'.repeat(n)} x\n/ { };\n`],
  ['comments without end', (n) => `${HEAD}/ { };\n${'/* '.repeat(n)}`],
  ['comments without end, on lines', (n) => `${HEAD}/ { };\n${'/*\n'.repeat(n)}`],
  ['// comments', (n) => `${HEAD}${'// a\n'.repeat(n)}/ { };\n`],
  ['" on each line', (n) => `${HEAD}/ { };\n${'"\n'.repeat(n)}`],
  ["' on each line", (n) => `${HEAD}/ { };\n${"'\n".repeat(n)}`],
  ['quotes on one line', (n) => `${HEAD}/ { };\n${'"'.repeat(2 * n + 1)}\n`],
  ['escaped quotes on lines', (n) => `${HEAD}/ { };\n"${'\\"\n'.repeat(n)}`],
  ['escaped quotes and continued lines', (n) => `${HEAD}/ { };\n"\\\n${'x\\"\\\n'.repeat(n)}\n`],
  ['/include/ without end', (n) => `${HEAD}/ { };\n${'/include/ "\n'.repeat(n)}`],
  [
    '/include/ of a file that is not there',
    (n) => `${HEAD}/ { };\n${'/include/ "no"\n'.repeat(n)}`,
  ],
  ['/include/ of one file', (n) => `${HEAD}/ { };\n${'/include/ "soc.dtsi"\n'.repeat(n)}`],
  ['#include of a file that is not there', (n) => `${HEAD}${'#include "no"\n'.repeat(n)}/ { };\n`],
  ['#include of one file', (n) => `${HEAD}${'#include "soc.dtsi"\n'.repeat(n)}/ { };\n`],
  ['#include with a long name', (n) => `${HEAD}#include "${'a/'.repeat(n)}"\n/ { };\n`],
  ['#include by a macro', (n) => `${HEAD}#define I "no"\n${'#include I\n'.repeat(n)}/ { };\n`],
  ['__has_include', (n) => `${HEAD}${'#if __has_include("no")\n#endif\n'.repeat(n)}/ { };\n`],
];

/** For what reads devicetree source once it is expanded. */
export const statements: readonly (readonly [string, (count: number) => string])[] = [
  ['; on one line', (n) => `${HEAD}${';'.repeat(n)}`],
  ['; in a node', (n) => root(';'.repeat(n))],
  ['; on lines', (n) => `${HEAD}${';\n'.repeat(n)}`],
  ['}', (n) => `${HEAD}${'}'.repeat(n)}`],
  ['}; on lines', (n) => `${HEAD}${'};\n'.repeat(n)}`],
  ['{', (n) => `${HEAD}/ ${'{'.repeat(n)}`],
  ['<', (n) => root(`p = ${'<'.repeat(n)};\n`)],
  ['a { b;', (n) => `${HEAD}/ {\n${'a { b;\n'.repeat(n)}`],
  ['nodes on one line', (n) => root(many(n, (at) => `a${at} { };`))],
  [
    'nodes on one line, one } missing',
    (n) => `${HEAD}/ { ${many(n, (at) => `a${at} { b; };`)} };\n/ { c {\n`,
  ],
  [
    'nodes on one line, one } too many',
    (n) => `${HEAD}/ { ${many(n, (at) => `a${at} { b; };`)} }; };\n`,
  ],
  ['one node again and again', (n) => root('a { };\n'.repeat(n))],
  ['one node with properties', (n) => root(many(n, (at) => `a { p${at} = <${at}>; };\n`))],
  ['one property again and again', (n) => root(many(n, (at) => `p = <${at}>;\n`))],
  [
    'one property overridden',
    (n) => `${root('a: a { };\n')}${many(n, (at) => `&a { p = <${at}>; };\n`)}`,
  ],
  ['properties', (n) => root(many(n, (at) => `p${at} = <${at}>;\n`))],
  ['properties on one line', (n) => root(many(n, (at) => `p${at} = <${at}>;`))],
  ['properties without ;', (n) => root(many(n, (at) => `p${at} = <${at}>\n`))],
  ['properties after nodes', (n) => root(`a { };\n${many(n, (at) => `p${at};\n`)}`)],
  ['labels on one node', (n) => root(`${many(n, (at) => `l${at}: `)}a { };\n`)],
  ['labels on lines', (n) => root(`x\n${many(n, (at) => `l${at}:\n`)}a { };\n`)],
  ['labels on lines, and no more', (n) => root(`x\n${many(n, (at) => `l${at}:\n`)}1\n`)],
  ['labels at the top on lines', (n) => `${HEAD}/ { {\n${many(n, (at) => `l${at}:\n`)} x\n`],
  ['one label on one node', (n) => root(`${'l: '.repeat(n)}a { };\n`)],
  ['one label on many nodes', (n) => root(many(n, (at) => `l: a${at} { };\n`))],
  ['a label for each node', (n) => root(many(n, (at) => `l${at}: a${at} { };\n`))],
  ['labels on a property', (n) => root(`${many(n, (at) => `l${at}: `)}p;\n`)],
  ['labels in a value', (n) => root(`p = <${many(n, (at) => `l${at}: 1 `)}>;\n`)],
  ['one label in a value', (n) => root(`p = <${'l: 1 '.repeat(n)}>;\n`)],
  [
    '/delete-node/ by label',
    (n) =>
      `${root(many(n, (at) => `l${at}: a${at} { };\n`))}${many(n, (at) => `/delete-node/ &l${at};\n`)}`,
  ],
  [
    '/delete-node/ by name',
    (n) => root(`${many(n, (at) => `a${at} { };\n`)}${many(n, (at) => `/delete-node/ a${at};\n`)}`),
  ],
  ['/delete-node/ of none', (n) => root('/delete-node/ a;\n'.repeat(n))],
  ['/delete-node/ and again', (n) => root('a { };\n/delete-node/ a;\n'.repeat(n))],
  [
    '/delete-property/',
    (n) => root(`${many(n, (at) => `p${at};\n`)}${many(n, (at) => `/delete-property/ p${at};\n`)}`),
  ],
  ['/delete-property/ and again', (n) => root('p;\n/delete-property/ p;\n'.repeat(n))],
  ['/omit-if-no-ref/', (n) => root(many(n, (at) => `/omit-if-no-ref/ l${at}: a${at} { };\n`))],
  ['references', (n) => root(`l: a { };\np = <${'&l '.repeat(n)}>;\n`)],
  [
    'references to many',
    (n) =>
      root(`${many(n, (at) => `l${at}: a${at} { };\n`)}p = <${many(n, (at) => `&l${at} `)}>;\n`),
  ],
  ['references to none', (n) => root(`p = <${'&no '.repeat(n)}>;\n`)],
  [
    'references by path',
    (n) => root(`${many(n, (at) => `a${at} { };\n`)}p = <${many(n, (at) => `&{/a${at}} `)}>;\n`),
  ],
  ['references by a long path', (n) => root(`p = <&{/${'a/'.repeat(n)}}>;\n`)],
  ['references without }', (n) => root(`p = <${'&{/a '.repeat(n)}>;\n`)],
  [
    'additions by label',
    (n) =>
      `${root(many(n, (at) => `l${at}: a${at} { };\n`))}${many(n, (at) => `&l${at} { p; };\n`)}`,
  ],
  [
    'additions by path',
    (n) => `${root(many(n, (at) => `a${at} { };\n`))}${many(n, (at) => `&{/a${at}} { p; };\n`)}`,
  ],
  ['phandles', (n) => root(many(n, (at) => `a${at} { phandle = <${at + 1}>; };\n`))],
  ['one phandle for all', (n) => root(many(n, (at) => `a${at} { phandle = <1>; };\n`))],
  ['strings', (n) => root(`p = "a"${', "a"'.repeat(n)};\n`)],
  ['a long string', (n) => root(`p = "${'a'.repeat(n)}";\n`)],
  ['a string of escapes', (n) => root(`p = "${'\\x41\\n\\101'.repeat(n)}";\n`)],
  ['a string over lines', (n) => root(`p = "${'a\n'.repeat(n)}";\n`)],
  ['strings without end', (n) => root(many(n, (at) => `p${at} = "a;\n`))],
  ['cells', (n) => root(`p = <${'1 '.repeat(n)}>;\n`)],
  ['cells on lines', (n) => root(`p = <${'0x1000\n'.repeat(n)}>;\n`)],
  ['a long number', (n) => root(`p = <0x${'f'.repeat(n)} ${'7'.repeat(n)} 0${'7'.repeat(n)}>;\n`)],
  ['a number with a long suffix', (n) => root(`p = <1${'UL'.repeat(n)}x>;\n`)],
  ['arrays', (n) => root(`p = <1>${', <1>'.repeat(n)};\n`)],
  ['bytes', (n) => root(`p = [${'00 '.repeat(n)}];\n`)],
  ['/bits/', (n) => root(`p = /bits/ 8 <${'1 '.repeat(n)}>;\n`)],
  ['/incbin/', (n) => root(`p = /incbin/("b.bin")${', /incbin/("b.bin")'.repeat(n)};\n`)],
  ['expressions', (n) => root(`p = <${'(1 + 2) '.repeat(n)}>;\n`)],
  ['an expression of many', (n) => root(`p = <(1${' + 1'.repeat(n)})>;\n`)],
  ['an expression of ?:', (n) => root(`p = <(${'1 ? 1 : '.repeat(n)}1)>;\n`)],
  ['characters', (n) => root(`p = <${"'a' ".repeat(n)}>;\n`)],
  ['characters without end', (n) => root(`p = <${"'a ".repeat(n)}>;\n`)],
  ['a long name', (n) => root(`${'a'.repeat(n)} { };\n`)],
  [
    'siblings that differ in their address',
    (n) => root(many(n, (at) => `a@${hex(at)} { reg = <${at}>; };\n`)),
  ],
  ['siblings with one address', (n) => root(many(n, (at) => `a${at}@1 { reg = <0 1 0 1>; };\n`))],
  ['deep nodes', (n) => root(`${'a { '.repeat(n)}${'}; '.repeat(n)}\n`)],
  [
    '/memreserve/',
    (n) => `${HEAD}${many(n, (at) => `/memreserve/ 0x${hex(at)}000 0x1000;\n`)}${MEMORY_ROOT}`,
  ],
  [
    '/memreserve/ of one place',
    (n) => `${HEAD}${'/memreserve/ 0x1000 0x1000;\n'.repeat(n)}${MEMORY_ROOT}`,
  ],
  ['/dts-v1/ again', (n) => `${'/dts-v1/;\n'.repeat(n)}/ { };\n`],
  [
    'dtmap-allow',
    (n) => `${many(n, (at) => `// dtmap-allow: too-large \u2014 reason ${at}\n`)}${root('')}`,
  ],
  [
    'dtmap-allow with blanks',
    (n) => `/* dtmap-allow: too-large${' '.repeat(n)}x${' '.repeat(n)}y */\n${root('')}`,
  ],
  [
    'dtmap-allow for one line',
    (n) => `${HEAD}/ { a { reg = <1>; };\n${'// dtmap-allow: too-large reason\n'.repeat(n)} };\n`,
  ],
];

const MEMORY_ROOT = `/ { ${CELLS}${MEMORY} };\n`;

const board = (inside: string): string => root(`${CELLS}${MEMORY}${inside}`);

/** For rules and for the models of Xen and Linux: trees that are sound to dtc. */
export const boards: readonly (readonly [string, (count: number) => string])[] = [
  [
    'memory banks',
    (n) =>
      root(
        `${CELLS}memory@0 { device_type = "memory"; reg = <${many(n, (at) => `0 0x${hex(at * 2)}000 0 0x1000 `)}>; };\n`,
      ),
  ],
  [
    'memory banks on one another',
    (n) => root(`${CELLS}memory@0 { device_type = "memory"; reg = <${'0 0 1 0 '.repeat(n)}>; };\n`),
  ],
  [
    'memory nodes',
    (n) =>
      root(
        `${CELLS}${many(n, (at) => `memory@${hex(at)}000 { device_type = "memory"; reg = <0 0x${hex(at)}000 0 0x1000>; };\n`)}`,
      ),
  ],
  [
    'reserved regions',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n, (at) => `r@${hex(at * 2)}000 { reg = <0 0x${hex(at * 2)}000 0 0x1000>; };\n`)} };\n`,
      ),
  ],
  [
    'reserved regions on one another',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n, (at) => `r@${hex(at)}000 { reg = <0 0x${hex(at)}000 1 0>; };\n`)} };\n`,
      ),
  ],
  [
    'reserved regions without reg',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n, (at) => `r${at} { size = <0 0x1000>; };\n`)} };\n`,
      ),
  ],
  [
    'one region with many ranges',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; r@0 { reg = <${many(n, (at) => `0 0x${hex(at * 2)}000 0 0x1000 `)}>; }; };\n`,
      ),
  ],
  [
    'disabled regions',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n, (at) => `r@${hex(at * 2)}000 { status = "disabled"; reg = <0 0x${hex(at * 2)}000 0 0x1000>; };\n`)} };\n`,
      ),
  ],
  [
    'users of regions',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; r: r@0 { reg = <0 0 0 0x1000>; }; };\n${many(n, (at) => `d${at} { memory-region = <&r>; };\n`)}`,
      ),
  ],
  [
    'devices',
    (n) =>
      board(many(n, (at) => `d@${hex(at)}00000000 { reg = <0x${hex(at + 16)} 0 0 0x1000>; };\n`)),
  ],
  [
    'devices on one another',
    (n) => board(many(n, (at) => `d@${hex(at)} { reg = <8 0x${hex(at)} 0 0x1000>; };\n`)),
  ],
  [
    'devices in RAM',
    (n) => board(many(n, (at) => `d@${hex(at)}000 { reg = <0 0x${hex(at)}000 0 0x1000>; };\n`)),
  ],
  [
    'devices over regions',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n >> 1, (at) => `r@${hex(at)}000 { reg = <0 0x${hex(at)}000 0 0x1000>; };\n`)} };\n${many(n >> 1, (at) => `d@${hex(at)}000 { reg = <0 0x${hex(at)}000 0 0x10000>; };\n`)}`,
      ),
  ],
  [
    'a device with a long reg',
    (n) => board(`d@0 { reg = <${many(n, (at) => `8 0x${hex(at * 2)}000 0 0x1000 `)}>; };\n`),
  ],
  [
    'buses in buses',
    (n) =>
      board(
        `${'b { #address-cells = <2>; #size-cells = <2>; ranges; '.repeat(Math.min(n, 400))}${many(n >> 2, (at) => `d@${hex(at)} { reg = <8 ${at} 0 1>; };\n`)}${'};'.repeat(Math.min(n, 400))}`,
      ),
  ],
  [
    'a bus with many ranges',
    (n) =>
      board(
        `b { #address-cells = <1>; #size-cells = <1>; ranges = <${many(n, (at) => `0x${hex(at)}000 8 0x${hex(at)}000 0x1000 `)}>; d@0 { reg = <0 1>; }; };\n`,
      ),
  ],
  [
    'modules',
    (n) =>
      board(
        `chosen { ${CELLS} ${many(n, (at) => `module@${hex(at * 2)}000 { compatible = "multiboot,module"; reg = <0 0x${hex(at * 2)}000 0 0x1000>; };\n`)} };\n`,
      ),
  ],
  [
    'guests',
    (n) =>
      board(
        `chosen { ${CELLS} ${many(n, (at) => `domU${at} { compatible = "xen,domain"; cpus = <1>; memory = <0 0x1000>; ${CELLS} };\n`)} };\n`,
      ),
  ],
  [
    'static memory',
    (n) =>
      board(
        `chosen { ${CELLS} domU1 { compatible = "xen,domain"; cpus = <1>; memory = <0 0x1000>; ${CELLS} xen,static-mem = <${many(n, (at) => `0 0x${hex(at * 2)}000 0 0x1000 `)}>; }; };\n`,
      ),
  ],
  [
    'shared memory',
    (n) =>
      board(
        `chosen { ${CELLS} domU1 { compatible = "xen,domain"; cpus = <1>; memory = <0 0x1000>; ${CELLS} ${many(n, (at) => `shm@${hex(at)}000 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "s${at}"; xen,shared-mem = <0 0x${hex(at)}000 0 0x${hex(at)}000 0 0x1000>; };\n`)} }; };\n`,
      ),
  ],
  [
    'a long bootargs',
    (n) =>
      board(
        `chosen { bootargs = "${'dom0_mem=1G '.repeat(n)}"; xen,xen-bootargs = "${'dom0_mem=1G '.repeat(n)}"; };\n`,
      ),
  ],
  [
    'bootargs of one word',
    (n) =>
      board(
        `chosen { bootargs = "mem=${'1'.repeat(n)}"; xen,xen-bootargs = "dom0_mem=${'1'.repeat(n)}"; };\n`,
      ),
  ],
  ['aliases', (n) => board(`aliases { ${many(n, (at) => `a${at} = "/memory@0";\n`)} };\n`)],
  [
    'interrupts',
    (n) =>
      board(
        `i: i { interrupt-controller; #interrupt-cells = <1>; };\n${many(n, (at) => `d${at} { interrupt-parent = <&i>; interrupts = <${at}>; };\n`)}`,
      ),
  ],
  [
    'interrupts-extended',
    (n) =>
      board(
        `i: i { interrupt-controller; #interrupt-cells = <1>; };\nd { interrupts-extended = <${'&i 1 '.repeat(n)}>; };\n`,
      ),
  ],
  [
    'interrupt-map',
    (n) =>
      board(
        `i: i { interrupt-controller; #interrupt-cells = <1>; };\nb { #address-cells = <1>; #size-cells = <1>; #interrupt-cells = <1>; interrupt-map-mask = <0 0>; interrupt-map = <${'0 0 &i 1 '.repeat(n)}>; };\n`,
      ),
  ],
  [
    'interrupt parents in a chain',
    (n) =>
      board(
        many(
          n,
          (at) =>
            `l${at}: d${at} { interrupt-parent = <&l${at + 1 === n ? 0 : at + 1}>; interrupts = <1>; };\n`,
        ),
      ),
  ],
  [
    'clocks',
    (n) => board(`c: c { #clock-cells = <0>; };\nd { clocks = <${'&c '.repeat(n)}>; };\n`),
  ],
  [
    'endpoints',
    (n) =>
      board(
        `ports { ${many(n, (at) => `port@${hex(at)} { reg = <0 ${at}>; e${at}: endpoint { remote-endpoint = <&e${at ^ 1}>; }; };\n`)} };\n`,
      ),
  ],
  [
    'cpus',
    (n) =>
      board(
        `cpus { #address-cells = <1>; #size-cells = <0>; ${many(n, (at) => `cpu@${hex(at)} { device_type = "cpu"; reg = <${at}>; compatible = "arm,cortex-a53"; };\n`)} };\n`,
      ),
  ],
  [
    'ramoops',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n, (at) => `ramoops@${hex(at * 2)}000 { compatible = "ramoops"; reg = <0 0x${hex(at * 2)}000 0 0x1000>; record-size = <0x100>; };\n`)} };\n`,
      ),
  ],
  [
    'pools',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; ${many(n, (at) => `p${at} { compatible = "shared-dma-pool"; reusable; size = <0 0x1000>; alloc-ranges = <0 0 1 0>; linux,cma-default; };\n`)} };\n`,
      ),
  ],
  [
    'alloc-ranges',
    (n) =>
      board(
        `reserved-memory { ${CELLS} ranges; p { size = <0 0x1000>; alloc-ranges = <${many(n, (at) => `0 0x${hex(at)}000 0 0x1000 `)}>; }; };\n`,
      ),
  ],
  ['a long compatible', (n) => board(`d { compatible = "a"${', "a"'.repeat(n)}; };\n`)],
  ['a long status', (n) => board(`d { status = "fail-${'x'.repeat(n)}"; };\n`)],
];
