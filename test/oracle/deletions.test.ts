// Trees in which things are deleted, omitted, opened again and labelled twice: the same blob, or the same refusal, as dtc.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { PreprocessCache, preprocess } from '../../server/src/preprocess/preprocess.ts';
import { scanDocument } from '../../server/src/syntax/scan-statements.ts';
import type { FileSet } from '../../server/src/text/source-file.ts';
import { evaluate } from '../../server/src/tree/evaluate.ts';
import { requireTool } from '../support/require-tool.ts';

/** `DTMAP_TREES=5000 DTMAP_SEED=7` for more of them, and others. */
const count = Number(process.env['DTMAP_TREES'] ?? 150);
const firstSeed = Number(process.env['DTMAP_SEED'] ?? 1);

/** Those that differed once. */
const written: readonly string[] = [
  '/ { a: n { /delete-property/ p; p = <1>; }; };\n&a { p = <2>; };',
  '/ { a: n { /delete-property/ p; p = <1>; }; };\n&a { /delete-property/ p; };',
  '/ { a: n { /delete-property/ p; q; p = <1>; }; };\n&a { r; };',
  '/ { a: n { p; p = <1>; }; };\n&a { /delete-property/ p; };',
  '/ { a: n { p; p = <&a>; }; };\n&a { /delete-property/ p; p; };',
  '/plugin/;\n/ { /omit-if-no-ref/ y { b: z { }; }; n { p = <&b>; }; };',
  '/ { a: x { }; /omit-if-no-ref/ y { b: z { p = <&b>; }; }; };',
  '/ { a: n { p; }; };\n/delete-node/ &{/};\n&{/} { q = <&{/}>; };',
  '/ { a: n { p; }; };\n/delete-node/ &{/};\n/delete-node/ &{/};\n/ { n { }; };',
];

/** A random tree of few names, so that its statements meet. */
function randomTree(seed: number): string {
  let state = seed * 2654435761 + 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = (...from: readonly string[]): string => from[below(from.length)] ?? '';
  const isPlugin = below(4) === 0;
  // Labels and names are mostly used once and for what is there, so that dtc takes many of the trees.
  const given: string[] = [];
  const label = (): string => {
    const free = ['a', 'b', 'c', 'd', 'e', 'f'].filter((each) => !given.includes(each));
    const chosen = below(12) === 0 || free.length === 0 ? pick('a', 'b', 'c') : (free[0] ?? 'a');
    given.push(chosen);
    return chosen;
  };
  const paths: string[] = [];
  const target = (): string => {
    const isKnown = below(16) > 0;
    if (below(3) > 0 && given.length > 0) return `&${isKnown ? pick(...given) : 'x'}`;
    return `&{${isKnown && paths.length > 0 ? pick(...paths) : '/x'}}`;
  };
  const maybeLabel = (): string => (below(3) === 0 ? `${label()}: ` : '');
  const value = (): string =>
    below(3) === 0
      ? pick(` = <${target()}>`, ` = <2 ${target()}>`, isPlugin ? '' : ` = ${target()}`)
      : pick('', ` = <${below(9)}>`, ' = "x"');
  const property = (propertyName: string): string => {
    if (below(4) > 0) return `${below(20) === 0 ? `${label()}: ` : ''}${propertyName}${value()};`;
    if (below(6) === 0) return `phandle = <${pick('1', '2', '7')}>;`;
    const gone = `/delete-property/ ${propertyName};`;
    return pick(gone, `${gone} ${propertyName}${value()};`, `${propertyName}; ${gone}`);
  };
  const child = (name: string, parent: string): string => {
    if (below(4) === 0) return `/delete-node/ ${name};`;
    const omits = below(4) === 0 ? `/omit-if-no-ref/ ${maybeLabel()}` : maybeLabel();
    paths.push(`${parent}/${name}`);
    return `${omits}${name} ${body(`${parent}/${name}`)};`;
  };
  const body = (at: string | undefined): string => {
    const names = below(12) === 0 ? ['p', 'p', 'q'] : ['p', 'q', 'r'];
    const items = names.slice(below(2), below(4)).map(property);
    const children = below(16) === 0 ? ['n', 'n', 'm'] : ['m', 'n', 'o'].slice(below(2));
    if (at !== undefined && at.length < 6)
      items.push(...children.slice(0, below(3)).map((name) => child(name, at)));
    return `{ ${items.join(' ')} }`;
  };
  const statement = (): string => {
    switch (below(8)) {
      case 0:
      case 1:
        return `/ ${body('')};`;
      case 2:
        return `/delete-node/ ${target()};`;
      case 3:
        return `/omit-if-no-ref/ ${target()};`;
      case 4:
        return `${below(6) === 0 ? '' : `${label()}: `}${target()} ${body(undefined)};`;
      default:
        return `${target()} ${body(undefined)};`;
    }
  };
  const first = `/ ${body('')};`;
  const statements = Array.from({ length: 1 + below(4) }, statement);
  return `${isPlugin ? '/plugin/;\n' : ''}${first}\n${statements.join('\n')}`;
}

/** What dtc makes of a text; undefined when it refuses. */
function dtc(text: string, symbols: boolean): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const argv = [...(symbols ? ['-@'] : []), '-qqq', '-I', 'dts', '-O', 'dtb', '-'];
    const child = spawn('dtc', argv, { stdio: ['pipe', 'pipe', 'ignore'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => output.push(part));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve(status === 0 ? Buffer.concat(output) : undefined);
    });
    child.stdin.end(text);
  });
}

function ours(text: string, symbols: boolean): Uint8Array | undefined {
  const root = { id: '/board.dts', text };
  const files: FileSet = { get: () => 'absent', bytes: () => 'absent' };
  const options = { includePaths: [], defines: new Map<string, string>() };
  const source = preprocess(root, files, options, new PreprocessCache());
  const document = scanDocument(source.text);
  const tree = evaluate(document, source.origins, { symbols });
  return tree.problems.some(({ level }) => level === 'error') ? undefined : writeDtb(tree);
}

describe('deleting, omitting and opening again', () => {
  before(function () {
    requireTool(this, { names: ['dtc'], skipName: 'dtc', packageName: 'device-tree-compiler' });
  });

  it('gives the blobs that dtc gives', async () => {
    const random = Array.from({ length: count }, (_, index) => randomTree(firstSeed * 1e6 + index));
    const differing: string[] = [];
    let made = 0;
    const compare = async (body: string): Promise<void> => {
      const text = `/dts-v1/;\n${body}\n`;
      for (const symbols of [false, true]) {
        const wanted = await dtc(text, symbols);
        const given = ours(text, symbols);
        if (wanted) made++;
        const same =
          wanted && given ? wanted.equals(given) : wanted === undefined && given === undefined;
        if (!same)
          differing.push(
            `${text}${symbols ? '-@ ' : ''}dtc ${wanted ? 'compiles' : 'refuses'}, dtmap ${given ? 'compiles' : 'refuses'}`,
          );
      }
    };
    const left = [...written, ...random];
    const work = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await compare(next);
    };
    await Promise.all([work(), work()]);
    console.log(`      ${written.length + random.length} trees, ${made} blobs compared`);
    assert.equal(differing.length, 0, `${differing.length}: ${differing.slice(0, 8).join('\n\n')}`);
    assert.ok(made > count / 10);
  }).timeout(600_000);
});
