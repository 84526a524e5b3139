// Small sources around what cpp and dtc read in ways of their own: strings over lines, odd numbers, labels, directives.

import fc from 'fast-check';

const { constantFrom, oneof, tuple, array, nat } = fc;

/** What the sources include by cpp, by dtc and as bytes; every name is beside the source. */
export const oddFiles: Readonly<Record<string, string>> = {
  'ok.h': '#define OK 1\n',
  'text.h': 'included;\n',
  'inc.dtsi': '/ { i = <1>; j = "a\n  b"; };\n',
  'open.dtsi': '/ { o',
  'b.bin': 'abcdef',
};

/** Macros that the sources define themselves; whoever compiles several at once undefines them in between. */
export const oddMacros = ['N', 'E', 'F', 'G', 'S', 'P', 'V', 'Q', 'R', 'OK'];

const space = constantFrom('', ' ', '  ', '\t', ' \t ', '/**/', ' /* c */ ', '\f', '\v');
const lineEnd = constantFrom('\n', '\n', '\n', '\r\n', ' \n', '\t\n', '\\\n', '\\ \n', '\n\n');

const macroUse = constantFrom(
  ...['N', 'E', 'F', 'F(1, 2)', 'F(1,\n  2)', 'F (E,N)', 'F\n(1, 2)', 'G(a  b)', 'S(a  "b")'],
  ...['P(a, b)', 'V(1)', 'V(1, 2, 3)', 'V()', 'Q', 'G(G)(1)', '__LINE__', 'S(N)', "S(')", 'G()'],
);

const escape = constantFrom(
  ...['\\n', '\\t', '\\"', "\\'", '\\\\', '\\0', '\\01', '\\018', '\\377', '\\400', '\\777', '\\x'],
  ...['\\x4', '\\x41', '\\x414', '\\xg', '\\q', '\\e', '\\?', '\\a', '\\8', '\\ ', '\\\n'],
);

const word = constantFrom(
  ...[
    'a',
    'b',
    'end',
    'it',
    '1',
    '0x10',
    '1.5e+3',
    'x.y',
    '-',
    '+',
    '//',
    '/*',
    '*/',
    '/',
    '*',
    '#',
  ],
  ...[
    "'",
    "it's",
    "'a'",
    'é',
    '\u{1f600}',
    '\udcff',
    ';',
    ',',
    '<',
    '>',
    '{',
    '}',
    '(',
    ')',
    '??/',
  ],
  ...['%:', '<:', '??=', '@', '$', '$a', '`', '\\', '"', '""', '#x', '##', 'N', 'E', '\u00a0'],
);

const directive = constantFrom(
  ...[
    '#define Q 7',
    '#undef N',
    '#if 0\nx\n#endif',
    '#if N\n#endif',
    '#ifdef N\ny;\n#else\nz;\n#endif',
  ],
  ...['#include "text.h"', '#line 5', '# 7 "f.dts"', '#pragma once', '#', '# ', '#ident "x"'],
  ...[
    '#error no',
    '#warning hm',
    '#bogus',
    '/**/#define Q 8',
    ' # define Q 9',
    '#define R "a',
    "#define R it's",
  ],
);

const stringPart = oneof(
  { weight: 4, arbitrary: tuple(space, word).map((pair) => pair.join('')) },
  { weight: 2, arbitrary: tuple(space, macroUse).map((pair) => pair.join('')) },
  { weight: 1, arbitrary: escape },
  { weight: 4, arbitrary: lineEnd },
  { weight: 1, arbitrary: directive.map((line) => `\n${line}\n`) },
  { weight: 1, arbitrary: nat(12).map((count) => '\n'.repeat(count)) },
  { weight: 1, arbitrary: constantFrom('/* a\n\n b */', '// x\n', '// x\\\n y\n', '/*\n*/') },
);

const openString = array(stringPart, { maxLength: 8 }).map((parts) => `"a${parts.join('')}"`);

/** A string over lines of which the lines are as people write them. */
const tidyString = array(
  oneof(
    constantFrom('', ' ', '  ', '\t\t', '    ').chain((indent) =>
      array(
        constantFrom(
          ...['a', 'b', "isn't", 'N', 'E', 'F(1, 2)', 'http://x', '/* c */', '1', 'x.'],
          ...['#b', '# b', '##b', '#'],
        ),
        {
          maxLength: 4,
        },
      ).chain((words) =>
        constantFrom(' ', '  ', '\t').map((between) => indent + words.join(between)),
      ),
    ),
    constantFrom(
      '',
      '#define Q 1',
      '  #define Q 1',
      '\t# undef Q',
      '  #if 0\n  x\n  #endif',
      '#if 0\nx\n\n\n\n\n\n#endif',
      '\n\n\n\n',
      '\n\n\n\n\n\n\n',
      'F(1,\n\n2) x',
    ),
  ),
  { minLength: 1, maxLength: 5 },
).chain((lines) => constantFrom('\n', '\n', '\r\n').map((end) => `"${lines.join(end)}"`));

const digits = oneof(
  {
    weight: 2,
    arbitrary: constantFrom('0', '1', '7', '63', '0xff', '010', '0xffffffff', '4294967295'),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      ...[
        '0',
        '1',
        '7',
        '08',
        '010',
        '0x',
        '0x1',
        '0X1f',
        '0xG',
        '1a',
        '0b1',
        '4294967295',
        '4294967296',
      ],
      ...['18446744073709551615', '0xffffffff', '0x100000000', '1.5', '1e3'],
      ...[
        '0xffffffffffffffff',
        '0x1ffffffffffffffff',
        '00',
        '0777',
        '1_000',
        "1'000",
        '63',
        '64',
        '2',
      ],
      ...['0x80000000', '0x7fffffffffffffff', '0x8000000000000000', '000000000000000000000001'],
    ),
  },
);
const suffix = constantFrom(
  ...[
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    'U',
    'L',
    'UL',
    'LL',
    'ULL',
    'u',
    'l',
    'll',
    'LU',
    'LLL',
    'UU',
    'Ull',
    'ULx',
  ],
);
const character = oneof(
  constantFrom(
    "'a'",
    "''",
    "'ab'",
    "'\\''",
    "'\\n'",
    "'\\x41'",
    "'\\x'",
    "'\\101'",
    "'\\\\'",
    "'\"'",
  ),
  constantFrom(
    "'é'",
    "'\n'",
    "'\\\n'",
    "' '",
    "'a",
    "'\\q'",
    "'\\8'",
    "'''",
    "'//'",
    "'/*'",
    "'\\0'",
  ),
);
const number = oneof(
  { weight: 8, arbitrary: tuple(digits, suffix).map((pair) => pair.join('')) },
  { weight: 1, arbitrary: character },
);

const operator = constantFrom(
  ...['+', '-', '*', '/', '%', '<<', '>>', '<', '>', '<=', '>=', '==', '!=', '&', '|', '^', '&&'],
  ...['+', '-', '*', '/', '%', '<<', '>>', '<', '>', '<=', '>=', '==', '!=', '&', '|', '^', '&&'],
  ...['+', '-', '*', '/', '%', '<<', '>>', '<', '>', '<=', '>=', '==', '!=', '&', '|', '^', '&&'],
  ...['||', '||', '||', '=', '!', '~', '<>', '->', ',', '&&&', '| |', '<<<', '>>=', '++'],
);

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: oneof(
    { maxDepth: 4, depthIdentifier: 'expressions' },
    {
      weight: 12,
      arbitrary: constantFrom('0', '1', '2', '3', '63', '64', '0xffffffff', '5', '65'),
    },
    { weight: 2, arbitrary: number },
    {
      weight: 14,
      arbitrary: tuple(tie('expression'), space, operator, space, tie('expression')).map((all) =>
        all.join(''),
      ),
    },
    { weight: 8, arbitrary: tie('expression').map((inner) => `(${inner})`) },
    {
      weight: 6,
      arbitrary: tuple(constantFrom('-', '~', '!', '+', '- ', '!!', '-~'), tie('expression')).map(
        (all) => all.join(''),
      ),
    },
    {
      weight: 3,
      arbitrary: tuple(tie('expression'), tie('expression'), tie('expression')).map(
        ([a, b, c]) => `${a} ? ${b} : ${c}`,
      ),
    },
    {
      weight: 1,
      arbitrary: constantFrom(
        'N',
        'E',
        'F(1, 2)',
        'UNDEFINED',
        '&l',
        'a-b',
        '1-1',
        '1 -1',
        '-',
        '(',
      ),
    },
  ),
}));

const cell = oneof(
  { weight: 3, arbitrary: number },
  { weight: 4, arbitrary: expression.map((inner) => `(${inner})`) },
  {
    weight: 2,
    arbitrary: constantFrom(
      '&l',
      '&{/n}',
      '&{/n/m@1}',
      '&{l/m@1}',
      '&{l}',
      '&{/}',
      '&{ /n}',
      '&{/n }',
      '&{}',
      '& l',
      '&1',
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      'm:',
      'm: 1',
      '1 m2:',
      'x',
      '"s"',
      '[00]',
      '<1>',
      ',',
      '1 2',
      '&none',
      '&{/none}',
      '&{none/m@1}',
    ),
  },
);
const cells = array(tuple(space, cell), { maxLength: 2 }).map(
  (list) => `<${list.map((pair) => pair.join('')).join(' ')}>`,
);

const value = oneof(
  { weight: 4, arbitrary: cells },
  { weight: 3, arbitrary: openString },
  { weight: 3, arbitrary: tidyString },
  {
    weight: 2,
    arbitrary: tuple(
      constantFrom(
        '8',
        '16',
        '32',
        '64',
        '8',
        '16',
        '32',
        '64',
        '8',
        '16',
        '64',
        '0',
        '7',
        '128',
        '0x8',
        '010',
        '(8)',
        '8U',
        '',
        "'\\b'",
        '-8',
        '18446744073709551624',
      ),
      space,
      cells,
    ).map(([bits, gap, list]) => `/bits/ ${bits}${gap}${list}`),
  },
  {
    weight: 2,
    arbitrary: constantFrom(
      '[]',
      '[0]',
      '[00]',
      '[00 01]',
      '[0011 22]',
      '[ 00 m5: 11 ]',
      '[0 0]',
      '[000]',
      '[0011]',
      '[00 m: 11]',
      '[0g]',
      '[00,11]',
      '[0x00]',
      '[/* */00]',
      '[00',
      '00]',
      '[aB Cd]',
      '[m:]',
      '[m: m3: 00]',
      '[abcd:ef]',
      '[ab cd: ef]',
    ),
  },
  {
    weight: 2,
    arbitrary: constantFrom(
      '/incbin/("b.bin")',
      '/incbin/ ( "b.bin" , 1 , 2 )',
      '/incbin/("b.bin",1)',
      '/incbin/("none.bin")',
      '/incbin/("b.bin", 9, 2)',
      '/incbin/("b.bin", (1), (1 + 1))',
      '/incbin/("b.bin", 0, 99)',
      '/incbin/("b.bin", 1, 2, 3)',
      '/incbin/"b.bin"',
      '/incbin/("")',
      '/incbin/("b.bin", -1, 2)',
      '/incbin/("b.bin", 1, -1)',
      '/incbin/("b.b\\x69n")',
      "/incbin/('b.bin')",
      '/incbin/("b.bin", 1U, 2UL)',
      '/incbin/("./b.bin")',
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      '&l',
      '&{/n}',
      '&{/n/m@1}',
      '&none',
      '&{l/m@1}',
      '& l',
      '"a" "b"',
      '"a", "b"',
      '"a",',
      ', "a"',
      '"a" m4: , m5: <1>',
      'm6: "a" m7:',
      '(1)',
      '1',
      "'a'",
      'true',
      '',
    ),
  },
  { weight: 1, arbitrary: tuple(openString, cells).map((pair) => pair.join(', ')) },
);

const nameOf = oneof(
  {
    weight: 24,
    arbitrary: constantFrom(
      'p',
      'q',
      'reg',
      'a-b',
      'a,b',
      'a.b',
      'a_b',
      'a+b',
      'a?b',
      'a#b',
      '#a',
      '1',
      '0x1',
      '-',
      '?',
      '.',
      '+',
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      'a@b',
      '\\a',
      '\\1',
      '*',
      '*a',
      'a*',
      'a/b',
      'a~b',
      'a:b',
      '@',
      '\\',
      'é',
      'a\\b',
      'a b',
      '"a"',
      'N',
      'E',
      'a$b',
      '&p',
      'p-N',
      'N-p',
      'a=b',
    ),
  },
);
const labels = oneof(
  { weight: 16, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: constantFrom(
      'k: ',
      'k:',
      'k : ',
      'k: k2: ',
      '1k: ',
      '_k: ',
      'k-1: ',
      'k:\n',
      'k:/**/',
      '&k: ',
      'N: ',
      'k',
      'k:: ',
    ),
  },
);
const property = tuple(
  labels,
  nameOf,
  space,
  oneof(
    { weight: 40, arbitrary: fc.constant('=') },
    { weight: 2, arbitrary: constantFrom('', '==', ':') },
  ),
  space,
  value,
  space,
  oneof(
    { weight: 40, arbitrary: fc.constant(';') },
    { weight: 1, arbitrary: constantFrom('', ';;', ',') },
  ),
).map(([label, name, a, equals, b, right, c, end]) =>
  equals === ''
    ? `${label}${name}${a}${end}`
    : `${label}${name}${a}${equals}${b}${right}${c}${end}`,
);

const nodeHead = oneof(
  {
    weight: 5,
    arbitrary: constantFrom(
      'n',
      'm@1',
      'c@0,1',
      'l2: d',
      'l3:l4:d@2',
      '/omit-if-no-ref/ e',
      '/omit-if-no-ref/ l5: e',
      'l5: /omit-if-no-ref/ e',
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      'n@',
      '@1',
      'n @1',
      'n@ 1',
      'n@1@2',
      'n#',
      '1',
      '0',
      'n?',
      'n:m',
      '&l',
      '/',
      '\\n',
      '',
      '*',
      'N',
      'n\n',
      '/**/n',
      '/omit-if-no-ref/',
      '-',
      'n,m.',
      '&{/n}',
      'n/m',
    ),
  },
);

const statement = oneof(
  { weight: 16, arbitrary: property },
  {
    weight: 3,
    arbitrary: tuple(nodeHead, space, array(property, { maxLength: 2 })).map(
      ([head, gap, list]) => `${head}${gap}{ ${list.join(' ')} };`,
    ),
  },
  {
    weight: 2,
    arbitrary: constantFrom(
      '/delete-property/ p;',
      '/delete-property/p;',
      '/delete-property/ &l;',
      '/delete-property/ ;',
      '/delete-property/ 1;',
      '/delete-property/ p q;',
      'k: /delete-property/ p;',
      '/delete-property/ \\p;',
      '/delete-property/ "p";',
      '/delete-node/ n;',
      '/delete-node/n;',
      '/delete-node/ &l;',
      '/delete-node/ m@1;',
      '/delete-node/ /n;',
      '/delete-node/ n {};',
      '/delete-node/;',
      '/Delete-node/ n;',
      '/delete-node/ n',
      '/delete-node / n;',
      '/delete-node/\n n;',
    ),
  },
  { weight: 1, arbitrary: directive.map((line) => `\n${line}\n`) },
  { weight: 1, arbitrary: macroUse.map((use) => `${use};`) },
  { weight: 1, arbitrary: word },
);

const top = oneof(
  {
    weight: 6,
    arbitrary: array(statement, { maxLength: 2 }).map((list) => `/ { ${list.join('\n')} };`),
  },
  {
    weight: 1,
    arbitrary: tuple(
      constantFrom(
        '&l',
        '&{/n}',
        '&{/n/m@1}',
        '&{l/m@1}',
        '&none',
        'k3: &l',
        'k3: k4: &l',
        '& l',
        '&{/}',
        '&{/none}',
        '/omit-if-no-ref/ &l',
        '&{ /n}',
        '&l:',
        '&{l}',
        '/ ',
        'k3: /',
        'n',
        '//',
        '&l&l',
      ),
      space,
      array(property, { maxLength: 1 }),
    ).map(([head, gap, list]) => `${head}${gap}{ ${list.join(' ')} };`),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      '/delete-node/ &l;',
      '/delete-node/ &{/n};',
      '/delete-node/ &none;',
      '/delete-node/ & l;',
      '/delete-node/ &{/n/m@1};',
      '/delete-node/ n;',
      'k: /delete-node/ &l;',
      '/omit-if-no-ref/ &l;',
      '/omit-if-no-ref/ &{/n};',
      '/omit-if-no-ref/ &none;',
      '/omit-if-no-ref/ n;',
      '/delete-property/ p;',
      'p;',
      ';',
      '/include/ "inc.dtsi"',
      '/include/"inc.dtsi"',
      '/include/ "none.dtsi"',
      '/include/ inc.dtsi',
      '/include/ "open.dtsi" = <1>; };',
      '/include/\n"inc.dtsi";',
      '/include/ "inc\\.dtsi"',
      '#include "text.h"',
      '#include <ok.h>',
      '/memreserve/ 1 2;',
      '/dts-v1/;',
      '/plugin/;',
      '/*',
      '*/',
      '//',
      "'",
      '"',
    ),
  },
  { weight: 1, arbitrary: directive.map((line) => `\n${line}`) },
);

const reservation = constantFrom(
  ...[
    '/memreserve/ 1 2;',
    '/memreserve/ 0x1 0x2;',
    '/memreserve/ 1\n2;',
    '/memreserve/1 2;',
    '/memreserve/ (1 + 1) (2);',
  ],
  ...[
    '/memreserve/ 1;',
    '/memreserve/ 1 2 3;',
    '/memreserve/ 1, 2;',
    'r: /memreserve/ 1 2;',
    'r: s: /memreserve/ 1 2;',
  ],
  ...[
    "/memreserve/ 'a' 2;",
    '/memreserve/ -1 2;',
    '/memreserve/ 0xffffffffffffffff 1;',
    '/memreserve/ 1UL 2ULL;',
  ],
  ...[
    '/memreserve/ 08 1;',
    '/memreserve/ 18446744073709551616 1;',
    '/memreserve/ 1 - 2;',
    '/memreserve/ 1 0x;',
    '/memreserve/ 1-2;',
  ],
  ...[
    '/memreserve/ &l 1;',
    '/memreserve/ 1 2',
    '/memreserve / 1 2;',
    '/memreserve/ <1 2>;',
    '/memreserve/ N N;',
    '/memreserve/ 1 a;',
  ],
);

const header = oneof(
  { weight: 40, arbitrary: fc.constant('/dts-v1/;\n') },
  {
    weight: 1,
    arbitrary: constantFrom(
      '/dts-v1/;\n/plugin/;\n',
      '/dts-v1/ /plugin/;\n',
      '/dts-v1/ ;\n/plugin/ ;\n',
      '/dts-v1/;/dts-v1/;\n',
      '/plugin/;\n/dts-v1/;\n',
      '/dts-v1/\n',
      '',
      '/dts-v1/;;\n',
      ' /dts-v1/;',
      '/dts-v1 /;',
      '/dts-v1/;\n/plugin/;\n/plugin/;\n',
      '/dts-v1/;\n/dts-v1/;\n/plugin/;\n',
      '/dts-v1/;\n/plugin/;\n/dts-v1/;\n',
      '/dts-v2/;\n',
      '/DTS-V1/;\n',
      'x: /dts-v1/;\n',
      '\ufeff/dts-v1/;\n',
      '//dts-v1/;\n',
      '/dts-v1/;/*\n*/',
    ),
  },
);

const definitions = constantFrom(
  '',
  '#define N 1\n#define E\n#define F(a, b) a b\n#define G(x) x\n#define S(x) #x\n#define P(a, b) a ## b\n#define V(x, ...) x __VA_ARGS__\n',
  '#define N 1\n#define E\n#define F(a, b) a b\n#define G(x) x\n#define S(x) #x\n#define P(a, b) a ## b\n#define V(x, ...) x __VA_ARGS__\n',
  '#define N (1 + 2)\n#define E /* nothing */\n#define F(a, b) <a b>\n#define G(x) E x E\n#define S(x) "x"\n#define P(a, b) b a\n',
  '#define N "a" "b"\n#define F(a, b) a \\\n  b\n#define G(...) __VA_ARGS__\n#define S(x) G(#x)\n',
);

const condition = oneof(
  { weight: 4, arbitrary: expression },
  {
    weight: 2,
    arbitrary: tuple(
      constantFrom('', '!', '1 && ', '0 && ', '0 || ', '1 || '),
      constantFrom(
        'UNDEFINED(1)',
        'UNDEFINED',
        'F(1, 2)',
        'F',
        'F (1,2) + 1',
        'defined N',
        'defined(N)',
        'defined N && N',
        'N',
        'E',
        'E N',
        'IS_ENABLED(CONFIG_X)',
        'G(1)',
        'G()',
        'V(1, )',
        '(UNDEFINED)(1)',
        'UNDEFINED ()',
        'UNDEFINED 1',
        '1 UNDEFINED',
        'G',
        'S(1)',
        'P(1, 2)',
        'P(N, E)',
        'defined(UNDEFINED(1))',
        '__has_include("ok.h")',
        '__has_include(<none.h>)',
        'N == "a"',
      ),
    ).map((all) => all.join('')),
  },
);

const conditional = tuple(
  constantFrom(
    '#if ',
    '#if ',
    '#if ',
    '#if ',
    '#if ',
    '#if ',
    '#elif ',
    '#ifdef ',
    '#ifndef ',
    '#if\t',
    '#if(',
    '#if!',
    '# if ',
  ),
  condition,
  constantFrom('', ' // c', ' /* c */', '\\\n'),
  constantFrom(
    '#endif',
    '#endif',
    '#else\n/ { e; };\n#endif',
    '#else\n/ { e; };\n#endif',
    '#elif 1\n/ { e; };\n#endif',
    '',
    '#endif\n#endif',
  ),
).map(([begin, test, end, rest]) => `${begin}${test}${end}\n/ { c; };\n${rest}\n`);

const base = constantFrom(
  '/ { };\n',
  '/ { l: n { p; q = <1>; m@1 { }; }; };\n',
  '/ { l: n { p; q = <1>; m@1 { }; }; };\n',
  '/ { l: n { p; q = <1>; m@1 { }; }; };\n',
  '',
);

const damage = tuple(
  nat(2000),
  constantFrom('insert', 'delete', 'replace', 'double'),
  oneof(
    word,
    lineEnd,
    space,
    escape,
    constantFrom('&', ':', '=', '[', ']', '?', '!', '~', '%', '^', '|', '.'),
  ),
);

/** A source, mostly with a root, of which dtc takes many. */
export const oddSource: fc.Arbitrary<string> = tuple(
  header,
  definitions,
  oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: reservation }),
  base,
  oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: conditional }),
  array(top, { minLength: 1, maxLength: 2 }),
  oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: array(damage, { minLength: 1, maxLength: 2 }) },
  ),
  oneof(
    { weight: 12, arbitrary: fc.constant('\n') },
    { weight: 1, arbitrary: constantFrom('', '\\\n', ' ', '/* open', '// open', '\\') },
  ),
).map(([first, macros, reserved, root, choice, rest, faults, end]) => {
  let text = [first, macros, reserved, reserved && '\n', root, choice, rest.join('\n'), end].join(
    '',
  );
  for (const [at, how, piece] of faults) {
    const place = at % (text.length + 1);
    if (how === 'insert') text = text.slice(0, place) + piece + text.slice(place);
    else if (how === 'delete') text = text.slice(0, place) + text.slice(place + 1);
    else if (how === 'replace') text = text.slice(0, place) + piece + text.slice(place + 1);
    else text = text.slice(0, place + 1) + text.slice(place);
  }
  return text;
});
