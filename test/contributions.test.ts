// Everything package.json contributes to VS Code is used by a test that names it, and whose code does what a user would.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly keybindings?: readonly { readonly command: string; readonly key: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly walkthroughs: readonly {
      readonly title: string;
      readonly steps: readonly { readonly title: string }[];
    }[];
    readonly problemMatchers: readonly { readonly name: string }[];
    readonly languages: readonly { readonly extensions: readonly string[] }[];
  };
}

/** One `it` of a test file: its name, and the code between its braces. */
interface NamedTest {
  readonly name: string;
  readonly code: string;
}

/** What is contributed, by the name of the test it must have; its code must hold `uses`. */
interface Contribution {
  readonly test: string;
  readonly uses: string;
}

const root = path.resolve(import.meta.dirname, '..');
const { contributes } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as Manifest;
const titles = new Map(contributes.commands.map(({ command, title }) => [command, title]));
const titleOf = (command: string): string => titles.get(command) ?? command;

/**
 * By key of `contributes`; a key without an entry here fails. Grammars (test/grammar) and schemas
 * (test/schemas.test.ts) have suites of their own.
 */
const kinds: Readonly<Record<string, () => readonly Contribution[]>> = {
  commands: () =>
    contributes.commands.map(({ title }) => ({ test: `dtmap: ${title}`, uses: 'command(' })),
  menus: () =>
    Object.entries(contributes.menus).flatMap(([menu, entries]) =>
      entries.map(({ command }) => ({ test: `${menu}: ${titleOf(command)}`, uses: 'menu' })),
    ),
  keybindings: () =>
    (contributes.keybindings ?? []).map(({ key, command }) => ({
      test: `${key}: ${titleOf(command)}`,
      uses: 'keyboard.press(',
    })),
  configuration: () =>
    Object.keys(contributes.configuration.properties).map((setting) => ({
      test: setting,
      uses: setting.split('.')[1] ?? '',
    })),
  walkthroughs: () =>
    contributes.walkthroughs.flatMap(({ title, steps }) => [
      { test: title, uses: 'command(' },
      ...steps.map((step) => ({ test: `${title}: ${step.title}`, uses: 'step(' })),
    ]),
  problemMatchers: () =>
    contributes.problemMatchers.map(({ name }) => ({
      test: `problem matcher $${name}`,
      uses: 'regexp',
    })),
  languages: () =>
    contributes.languages
      .flatMap(({ extensions }) => extensions)
      .map((extension) => ({ test: `opens ${extension}`, uses: 'begin(' })),
  grammars: () => [],
  jsonValidation: () => [],
};

describe('contributions', () => {
  const tests = testFiles().flatMap(testsIn);

  it('are all of a kind that is counted here', () => {
    assert.deepEqual(
      Object.keys(contributes).filter((kind) => !(kind in kinds)),
      [],
    );
  });

  for (const [kind, list] of Object.entries(kinds))
    it(`${kind} are used by tests that name them`, () => {
      const unused = list().filter(
        (each) => !tests.some(({ name, code }) => name === each.test && code.includes(each.uses)),
      );
      assert.deepEqual(unused, []);
    });
});

function testFiles(): string[] {
  return readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(root, 'test', file));
}

/** The tests of a file; one in a loop over a list of literals counts once for each. Skipped tests are none. */
function testsIn(file: string): NamedTest[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: NamedTest[] = [];
  const visit = (node: ts.Node, loops: ReadonlyMap<string, readonly string[]>): void => {
    if (ts.isForOfStatement(node)) {
      const inner = new Map([...loops, ...loopOver(node)]);
      ts.forEachChild(node, (child) => visit(child, inner));
      return;
    }
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'it'
    ) {
      const [name, body] = node.arguments;
      if (name && body)
        for (const each of namesOf(name, loops)) found.push({ name: each, code: body.getText() });
    }
    ts.forEachChild(node, (child) => visit(child, loops));
  };
  visit(source, new Map());
  return found;
}

/** `for (const x of ['a', 'b'])` as x → a, b. */
function loopOver({ initializer, expression }: ts.ForOfStatement): [string, string[]][] {
  if (!ts.isVariableDeclarationList(initializer) || !ts.isArrayLiteralExpression(expression))
    return [];
  const [declared] = initializer.declarations;
  if (!declared || !ts.isIdentifier(declared.name)) return [];
  return [
    [
      declared.name.text,
      expression.elements.flatMap((each) => (ts.isStringLiteral(each) ? [each.text] : [])),
    ],
  ];
}

function namesOf(name: ts.Expression, loops: ReadonlyMap<string, readonly string[]>): string[] {
  if (ts.isStringLiteralLike(name)) return [name.text];
  if (!ts.isTemplateExpression(name)) return [];
  const [span] = name.templateSpans;
  if (!span || name.templateSpans.length > 1 || !ts.isIdentifier(span.expression)) return [];
  return (loops.get(span.expression.text) ?? []).map(
    (value) => name.head.text + value + span.literal.text,
  );
}
