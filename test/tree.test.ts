// Evaluation: what a source says as a tree, what dtc would refuse and where, and where every byte was written.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LineIndex } from '../server/src/text/line-index.ts';
import { nodeAt, spanOf, type TreeProblem } from '../server/src/tree/device-tree.ts';
import { printDts } from '../server/src/tree/print-dts.ts';
import { sourceTree, textTree, type SourceTree } from './support/source-tree.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(fixtures, folder)).filter(
    (name) => name.endsWith('.dts') && !name.endsWith('.expected.dts'),
  );
}

describe('fixtures evaluate to the tree beside them', () => {
  for (const name of filesIn('tree')) {
    it(name, () => {
      const file = join(fixtures, 'tree', name);
      const { tree } = sourceTree(file, { symbols: name === 'phandles.dts' });
      const lines = new LineIndex(readFileSync(file, 'utf8'));
      const placeOf = (at: Parameters<typeof spanOf>[0]): string =>
        `${name}:${lines.positionAt(spanOf(at).start).line}`;
      assert.deepEqual(tree.problems, []);
      assert.equal(
        printDts(tree, { placeOf }),
        readFileSync(file.replace(/\.dts$/, '.expected.dts'), 'utf8'),
      );
    });
  }
});

describe('accepts what dtc 1.6.1 accepts', () => {
  for (const name of filesIn('dtc-parity/legal')) {
    it(name, () => {
      const { tree, source } = sourceTree(join(fixtures, 'dtc-parity/legal', name));
      assert.deepEqual([...source.problems, ...tree.problems], []);
    });
  }
});

describe('refuses what dtc 1.6.1 refuses', () => {
  for (const name of filesIn('dtc-parity/illegal')) {
    it(name, () => {
      const { tree, source } = sourceTree(join(fixtures, 'dtc-parity/illegal', name));
      assert.notEqual(source.problems.length + tree.problems.length, 0);
      for (const { at } of tree.problems)
        assert.ok(at.start <= at.end && at.end <= source.text.length);
    });
  }
});

/** Problems as `id because: text`, for comparison. */
function problemsOf(body: string): readonly string[] {
  const text = `/dts-v1/;\n${body}`;
  const { problems } = textTree(text);
  return problems.map(
    ({ id, facts, at }) =>
      `${id}${facts['because'] ? ` ${facts['because']}` : ''}: ${text.slice(at.start, at.end)}`,
  );
}

describe('one mistake is one problem, where it would be corrected', () => {
  const cases: readonly (readonly [what: string, body: string, problems: readonly string[]])[] = [
    [
      'semicolon missing at a line end',
      '/ {\n\ta = <1>\n\tb = <2>;\n\tc { };\n};',
      ['syntax missing-semicolon: >'],
    ],
    [
      'semicolon missing before a node',
      '/ {\n\ta = "x"\n\tc {\n\t\td;\n\t};\n};',
      ['syntax missing-semicolon: "'],
    ],
    [
      'semicolon missing before a labelled node',
      '/ {\n\ta = "x"\n\tl: c {\n\t};\n};',
      ['syntax missing-semicolon: "'],
    ],
    [
      'semicolon missing after a brace',
      '/ {\n\ta {\n\t}\n\tb {\n\t};\n};',
      ['syntax missing-semicolon: }'],
    ],
    ['angle bracket missing', '/ {\n\ta = <1 2;\n\tb;\n};', ['syntax expected: 2']],
    [
      'angle bracket and semicolon missing',
      '/ {\n\ta = <1 2\n\tb;\n};',
      ['syntax expected: 2', 'syntax missing-semicolon: 2'],
    ],
    ['quote missing', '/ {\n\ta = "x;\n\tb = "y";\n};', ['syntax unterminated-string: "x;']],
    [
      'closing brace missing',
      '/ {\n\ta {\n\t\tb;\n\n\tc {\n\t};\n};',
      ['syntax missing-close-brace: {'],
    ],
    [
      'closing brace too many',
      '/ {\n\ta {\n\t};\n\t};\n\tb {\n\t};\n};',
      ['syntax unmatched-close-brace: }'],
    ],
    [
      'opening brace missing',
      '/ {\n\ta\n\t\tb;\n\t};\n\tc {\n\t};\n};',
      ['syntax missing-semicolon: a', 'syntax unmatched-close-brace: }'],
    ],
    ['unknown label', '/ {\n\ta = <&l>;\n};', ['phandle_references: &l']],
    ['undefined macro as cell', '/ {\n\ta = <1 FOO>;\n\tb;\n};', ['syntax expected: FOO']],
  ];
  for (const [what, body, problems] of cases) {
    it(what, () => {
      assert.deepEqual(problemsOf(body), problems);
    });
  }
});

describe('a mistake leaves the rest of the tree alone', () => {
  const body =
    '/ {\n\ta {\n\t\tx = <1>;\n\t\ty = <2>;\n\t};\n\n\tb {\n\t\tz = "s";\n\t};\n};\n\n/ {\n\tc {\n\t};\n};\n';
  const breaks: readonly (readonly [what: string, from: string, to: string])[] = [
    ['a stray {', 'x = <1>', 'x {= <1>'],
    ['a lost }', '\t};\n\n\tb', '\n\n\tb'],
    ['a stray }', 'y = <2>;', 'y = <2>; };'],
    ['a stray quote', '<1>', '"<1>'],
    ['a lost ;', '<1>;', '<1>'],
    ['an unterminated comment', 'x = <1>;', 'x = <1>; /*'],
  ];
  for (const [what, from, to] of breaks) {
    it(what, () => {
      assert.ok(body.includes(from));
      const tree = textTree(`/dts-v1/;\n${body.replace(from, to)}`);
      assert.notEqual(tree.problems.length, 0);
      for (const path of ['/a', '/b', '/c']) assert.ok(nodeAt(tree, path), `${path} is lost`);
      assert.ok(nodeAt(tree, '/b')?.properties.has('z'));
    });
  }
});

describe('provenance', () => {
  let source: SourceTree;
  before(() => {
    source = sourceTree(join(fixtures, 'tree/merge.dts'));
  });

  it('a property knows the definitions it overrode, oldest first', () => {
    const property = nodeAt(source.tree, '/node@1')?.properties.get('old');
    assert.ok(property?.definition);
    assert.equal(source.textOf(property.definition.whole), 'old = "three times";');
    assert.deepEqual(
      property.overridden.map(({ whole }) => source.textOf(whole)),
      ['old;', 'old = <2>;'],
    );
  });

  it('a node knows every place it was opened', () => {
    const node = nodeAt(source.tree, '/node@1');
    assert.deepEqual(
      node?.openings.map(({ name }) => source.textOf(name)),
      ['node@1', 'node@1', '&l1'],
    );
    assert.deepEqual(node?.labels, ['l2', 'l1']);
  });

  it('every part of a value knows its text and its bytes', () => {
    const { tree, textOf } = sourceTree(join(fixtures, 'tree/values.dts'));
    const shown = (path: string, name: string): readonly string[] =>
      nodeAt(tree, path)
        ?.properties.get(name)
        ?.definition?.parts.map(
          ({ kind, offset, length, written, group }) =>
            `${kind} ${offset}+${length} in ${group}: ${textOf(written)}`,
        ) ?? [];
    assert.deepEqual(shown('/', 'mixed'), [
      'cell 0+4 in 0: 1',
      'string 4+4 in 1: "two"',
      'bytes 8+1 in 2: [03]',
    ]);
    assert.deepEqual(shown('/', 'wide'), [
      'cell 0+8 in 0: 0x123456789abcdef0',
      'cell 8+8 in 0: (-2)',
      'cell 16+4 in 1: 1',
    ]);
    assert.deepEqual(shown('/', 'boolean'), []);
  });

  it('parts after a path move with the bytes it inserts', () => {
    const { tree, textOf } = sourceTree(join(fixtures, 'tree/phandles.dts'));
    const property = nodeAt(tree, '/')?.properties.get('path');
    assert.deepEqual(
      property?.definition?.parts.map(
        ({ kind, offset, length, written, target }) =>
          `${kind} ${offset}+${length}: ${textOf(written)} ${target ?? ''}`,
      ),
      ['path 0+3: &a a', 'string 3+4: "and" ', 'path 7+10: &{/explicit} /explicit'],
    );
    assert.equal(String.fromCharCode(...(property?.bytes ?? [])), '/a\0and\0/explicit\0');
  });

  it('a second definition of one name points at the first', () => {
    const tree = textTree('/dts-v1/;\n/ {\n\tl: a { };\n\tl: b { };\n};\n');
    const [problem] = tree.problems as [TreeProblem];
    assert.equal(problem.id, 'duplicate_label');
    assert.deepEqual(
      problem.related?.map(({ at, role }) => [at.start, role]),
      [[15, 'first']],
    );
  });
});
