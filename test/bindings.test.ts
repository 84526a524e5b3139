// The bindings stage: the interpreter against ajv, expressions of Python, typed values, and files that are not as they should be.

import assert from 'node:assert/strict';
import path from 'node:path';
import Ajv2019 from 'ajv/dist/2019.js';
import fc from 'fast-check';
import { BindingIndex } from '../server/src/bindings/binding-index.ts';
import type { Bindings } from '../server/src/bindings/bindings.ts';
import { checkNodes, forEachBreach } from '../server/src/bindings/check-nodes.ts';
import { CompiledSchema, type SchemaHost } from '../server/src/bindings/compiled-schema.ts';
import { pythonPattern } from '../server/src/bindings/python-pattern.ts';
import { readYaml } from '../server/src/bindings/read-yaml.ts';
import { scanBinding } from '../server/src/bindings/scan-binding.ts';
import { TreeBindings } from '../server/src/bindings/tree-bindings.ts';
import type { TypedObject, TypedValue } from '../server/src/bindings/typed-value.ts';
import { Validator } from '../server/src/bindings/validate.ts';
import type { DeviceTree } from '../server/src/tree/device-tree.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { coreSchemas, readBindings } from './support/read-bindings.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures/bindings');

function treeOf(text: string): DeviceTree {
  return analyzeFile('/bindings-test/board.dts', new Map(), `/dts-v1/;\n${text}`).board.tree;
}

const index = new BindingIndex(coreSchemas());

function bindingsOf(files: Readonly<Record<string, string>>): Bindings {
  const listed = Object.keys(files).map((file) => ({ file, stamp: '' }));
  for (const each of listed) index.add(each, files[each.file]);
  return index.bindings('/bindings', listed);
}

/** `node property keyword` for all that is said of a tree, without dtschema's own. */
function said(tree: DeviceTree, bindings: Bindings): string[] {
  const lines: string[] = [];
  forEachBreach(checkNodes(tree, bindings), (node, { violation }) => {
    lines.push(
      `${node.path} ${violation.path.join('/')} ${violation.keyword} ${violation.names.join()}`.trim(),
    );
  });
  return lines;
}

const header = '$id: http://devicetree.org/schemas/x.yaml#\n';
const device = (text: string): string =>
  `${header}properties:\n  compatible:\n    const: acme,x\n${text}`;

describe('the interpreter of bindings', () => {
  const host: SchemaHost = { resolve: () => undefined, unreadable: () => undefined };
  const validator = new Validator(() => undefined);

  /** JSON as a typed value: the interpreter knows nodes and arrays. */
  function typed(value: unknown): TypedValue {
    if (typeof value !== 'object' || value === null) return value as TypedValue;
    if (Array.isArray(value)) return value.map(typed) as TypedValue;
    const entries = new Map(Object.entries(value));
    const object: TypedObject = {
      names: [...entries.keys()],
      has: (name) => entries.has(name),
      value: (name) => (entries.has(name) ? typed(entries.get(name)) : undefined),
    };
    return object;
  }

  const name = fc.constantFrom('a', 'b', 'ab', 'c,d');
  const scalar = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y', 'xy'));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  }));
  const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.boolean(),
      fc.record(
        {
          type: fc.constantFrom('object', 'array', 'string', 'integer'),
          const: scalar,
          enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }),
          pattern: fc.constantFrom('^x', 'y$'),
          minimum: fc.integer({ min: 0, max: 3 }),
          maximum: fc.integer({ min: 0, max: 3 }),
          minItems: fc.integer({ min: 0, max: 2 }),
          maxItems: fc.integer({ min: 0, max: 2 }),
          uniqueItems: fc.boolean(),
          items: fc.oneof(tie('schema'), fc.array(tie('schema'), { minLength: 1, maxLength: 2 })),
          additionalItems: tie('schema'),
          required: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
          properties: fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
          patternProperties: fc.dictionary(fc.constantFrom('^a', 'b$', '^c,'), tie('schema'), {
            maxKeys: 2,
          }),
          additionalProperties: tie('schema'),
          propertyNames: fc.constantFrom({ pattern: '^a' }, true),
          allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          not: tie('schema'),
          if: tie('schema'),
          then: tie('schema'),
          else: tie('schema'),
        },
        { requiredKeys: [] },
      ),
    ),
  }));

  it('holds of what ajv takes for valid, and of nothing else', function () {
    this.timeout(60_000);
    let valid = 0;
    let invalid = 0;
    // Compiling with ajv takes longest, so each schema is asked about several values.
    const values = fc.array(value, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(schema, values, (raw, instances) => {
        // Items of an object and the like are no mistakes here.
        const ajv = new Ajv2019({ strict: false, validateFormats: false });
        const isValid = ajv.compile(raw as object);
        const compiled = new CompiledSchema(raw, host, 'x', '');
        for (const instance of instances) {
          const expected = isValid(instance);
          const violations = validator.violations(compiled, typed(instance));
          assert.equal(violations.length === 0, expected, JSON.stringify([raw, instance]));
          assert.equal(validator.holds(compiled, typed(instance)), expected);
          if (expected) valid += 1;
          else invalid += 1;
        }
      }),
      { numRuns: 100, seed: 1, endOnFailure: true },
    );
    assert.ok(valid > 100 && invalid > 100, `${valid} valid, ${invalid} not`);
  });

  it('counts a property as evaluated only where its value is valid, as dt-validate does', () => {
    const raw = {
      allOf: [{ properties: { a: { const: 1 } } }],
      properties: { b: true },
      unevaluatedProperties: false,
    };
    const compiled = new CompiledSchema(raw, host, 'x', '');
    assert.deepEqual(validator.violations(compiled, typed({ a: 1, b: 2 })), []);
    const [, unevaluated] = validator.violations(compiled, typed({ a: 2, c: 3 }));
    assert.deepEqual(unevaluated?.names, ['a', 'c']);
  });
});

describe('expressions of Python', () => {
  for (const [pattern, matching, other] of [
    ['^a{,2}b$', 'aab', 'aaab'],
    ['\\Afoo\\Z', 'foo', 'foob'],
    ['(?P<n>a|b)(?P=n)', 'bb', 'ab'],
    ['(?i)^ABC', 'abcd', 'xabc'],
    ['(?<!,nr)-gpios?$', 'reset-gpios', 'x,nr-gpios'],
    ['^opp-?[0-9]+$', 'opp-12', 'opp-'],
    ['^[a-z+]+$', 'a+b', 'a1'],
  ] as const)
    it(pattern, () => {
      const compiled = pythonPattern(pattern);
      assert.equal(compiled?.test(matching), true);
      assert.equal(compiled?.test(other), false);
    });

  for (const pattern of ['(a)?(?(1)b|c)', 'a++b', '(?>a|ab)c', '(?#note)a', '[', '(?x) a b'])
    it(`${pattern} has no like in JavaScript`, () => {
      assert.equal(pythonPattern(pattern), undefined);
    });
});

describe('bindings of a tree', () => {
  it('regroups values by the cells of provider, parent and interrupt controller', () => {
    const bindings = bindingsOf({
      '/b/x.yaml': device(
        '  reg:\n    maxItems: 1\n  clocks:\n    maxItems: 2\n  reset-gpios:\n    maxItems: 1\n  interrupts:\n    maxItems: 1\nadditionalProperties: false\n',
      ),
    });
    const board = (body: string): string => `
      / {
        #address-cells = <2>; #size-cells = <1>;
        pic: pic { interrupt-controller; #interrupt-cells = <3>; };
        clk: clk { #clock-cells = <2>; };
        gpio: gpio { gpio-controller; #gpio-cells = <2>; };
        dev@1 { compatible = "acme,x"; interrupt-parent = <&pic>; ${body} };
      };`;
    const of = (body: string): string[] =>
      said(treeOf(board(body)), bindings).filter((line) => line.startsWith('/dev@1'));
    assert.deepEqual(
      of(
        'reg = <0 1 2>; clocks = <&clk 1 2>, <&clk 3 4>; reset-gpios = <&gpio 1 2>; interrupts = <1 2 3>;',
      ),
      [],
    );
    assert.deepEqual(of('reg = <0 1 2 0 3 4>;'), ['/dev@1 reg maxItems']);
    assert.deepEqual(of('reg = <0 1 2>; clocks = <&clk 1 2 &clk 3 4 &clk 5 6>;'), [
      '/dev@1 clocks maxItems',
    ]);
    assert.deepEqual(of('reg = <0 1 2>; interrupts = <1 2 3 4 5 6>;'), [
      '/dev@1 interrupts maxItems',
    ]);
    assert.deepEqual(of('reg = <0 1 2>; reset-gpios = <&gpio 1 2 &gpio 3 4>;'), [
      '/dev@1 reset-gpios maxItems',
    ]);
  });

  it('checks only what changed, and says the same', () => {
    const bindings = readBindings(fixtures);
    const board = (depth: number, cells: string): DeviceTree =>
      treeOf(`/ { compatible = "acme,board", "acme,soc"; model = "x"; #address-cells = <1>; #size-cells = <1>;
        c: clock@2 { compatible = "acme,clock"; reg = <2 1>; ${cells} };
        bus { serial@1000 { compatible = "acme,uart"; reg = <1 1>; clocks = <&c 1>, <&c 2>; acme,queue-depth = <${depth}>; }; }; };`);
    let before = new TreeBindings(board(4, '#clock-cells = <1>;'), bindings);
    assert.ok(!before.violations.some(({ kind }) => kind === 'value'));
    for (const tree of [
      board(5, '#clock-cells = <1>;'),
      board(5, '#clock-cells = <0>;'),
      board(5, ''),
      board(8, '#clock-cells = <1>;'),
    ]) {
      const next = new TreeBindings(tree, bindings, before);
      const whole = new TreeBindings(tree, bindings);
      const lines = ({ violations }: TreeBindings): string[] =>
        violations.map(
          ({ kind, node, property, names }) => `${kind} ${node.path} ${property} ${names.join()}`,
        );
      assert.deepEqual(lines(next), lines(whole));
      assert.ok(
        next.violations.every(
          ({ node }) =>
            node === whole.violations.find((each) => each.node.path === node.path)?.node,
        ),
      );
      before = next;
    }
  });

  it('says of a disabled node only what is there', () => {
    const bindings = readBindings(fixtures);
    const of = (status: string): string[] =>
      new TreeBindings(
        treeOf(
          `/ { bus { status = "${status}"; serial@1 { compatible = "acme,uart"; acme,queue-depth = <5>; }; }; };`,
        ),
        bindings,
      ).violations
        .filter(({ node }) => node.name === 'serial@1')
        .map(({ kind }) => kind);
    assert.deepEqual([...new Set(of('okay'))].sort(), ['required', 'value']);
    assert.deepEqual(of('disabled'), ['value']);
  });
});

describe('bindings that are not as they should be', () => {
  const tree = treeOf(
    '/ { x { compatible = "acme,x"; depth = <1>; }; y { compatible = "acme,y"; }; };',
  );
  const y = `$id: http://devicetree.org/schemas/y.yaml#\nproperties:\n  compatible:\n    const: acme,y\nrequired: [reg]\n`;
  const faultsWith = (text: string): readonly string[] => {
    const bindings = bindingsOf({ '/b/x.yaml': text, '/b/y.yaml': y });
    // Whatever is wrong with one, the others are used.
    for (let round = 0; round < 2; round += 1)
      assert.ok(said(tree, bindings).includes('/y  required reg'));
    return bindings.faults.map(({ file, because }) => `${file} ${because}`);
  };

  it('YAML that is broken', () => {
    assert.deepEqual(faultsWith(device('  depth: [1, 2\n')).length, 1);
    assert.deepEqual(faultsWith(device('  depth:\n    enum: [1]\n  depth:\n    enum: [2]\n')), [
      '/b/x.yaml duplicated mapping key',
    ]);
  });

  it('what is no schema', () => {
    assert.deepEqual(faultsWith(`${header}`), []);
    assert.deepEqual(faultsWith('- 1\n- 2\n'), []);
    assert.deepEqual(faultsWith(''), []);
    assert.deepEqual(
      faultsWith(device('allOf: 3\nrequired: yes\nif: [1]\npatternProperties: {a: 1}\n')),
      [],
    );
  });

  it('a reference to itself', () => {
    assert.deepEqual(faultsWith(device('allOf:\n  - $ref: x.yaml#\n')), [
      '/b/x.yaml refers to itself without an end',
    ]);
    assert.deepEqual(
      faultsWith(
        device(
          '$ref: "#/$defs/a"\n$defs:\n  a:\n    $ref: "#/$defs/b"\n  b:\n    $ref: "#/$defs/a"\n',
        ),
      ),
      ['/b/x.yaml refers to itself without an end'],
    );
  });

  it('a reference to nothing', () => {
    assert.deepEqual(faultsWith(device('allOf:\n  - $ref: /schemas/gone.yaml#\n')), [
      '/b/x.yaml refers to /schemas/gone.yaml#, which is not there',
    ]);
  });

  it('an expression that only Python knows', () => {
    const [fault, ...others] = faultsWith(
      device("patternProperties:\n  '^(a)?(?(1)b|c)$': true\nadditionalProperties: false\n"),
    );
    assert.match(fault ?? '', /regular expression/);
    assert.deepEqual(others, []);
  });

  it('names that objects have by themselves', () => {
    const text = device(
      '  constructor:\n    const: 1\n  __proto__:\n    const: 1\nadditionalProperties: false\nrequired: [toString]\n',
    );
    assert.deepEqual(faultsWith(text), []);
    assert.equal(({} as { const?: unknown }).const, undefined);
  });

  it('anything at all: nothing throws', () => {
    const line = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom('- ', ''),
      fc.constantFrom(
        'properties:',
        'compatible:',
        'const: acme,x',
        'items:',
        '$ref: "#/a/b"',
        'allOf:',
        'enum: [1, a',
        'select: true',
        'type: object',
        'if: {}',
        'depth:',
        'required: [a]',
        '&a',
        '*a',
        '!!js/function x',
        '%',
        '"',
        "'",
        'patternProperties:',
        '"[": true',
        'reg: 5',
        'description: |',
        '? a',
        '<<: *a',
        'minItems: -1',
        'const: 0x1ffffffffffffffff',
        'title: >',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text =
          header +
          lines.map(([indent, dash, rest]) => `${'  '.repeat(indent)}${dash}${rest}`).join('\n');
        scanBinding(text);
        readYaml(text);
        said(tree, bindingsOf({ '/b/x.yaml': text }));
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
