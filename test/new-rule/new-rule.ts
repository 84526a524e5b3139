// Makes the files of a new rule, to be filled in: `npm run new-rule memory/region-too-small`.

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { allRules } from '../../server/src/rules/all-rules.ts';

const root = path.resolve(import.meta.dirname, '../..');
const RULES = 'server/src/rules';
const ALL_RULES = `${RULES}/all-rules.ts`;

const [name, ...rest] = process.argv.slice(2);
const problem = rest.length > 0 ? 'one rule at a time' : whyNot(name ?? '');
if (problem !== undefined) {
  console.error(`${problem}\nusage: npm run new-rule GROUP/ID   (GROUP: ${groups().join(', ')})`);
  process.exitCode = 2;
} else void makeRule(...(name?.split('/') as [string, string]));

/** The folders of rules. Those that dtc has too are families, which a new rule of ours is no part of. */
function groups(): string[] {
  return readdirSync(path.join(root, RULES)).filter(
    (each) => each !== 'dtc' && statSync(path.join(root, RULES, each)).isDirectory(),
  );
}

/** Why there can be no rule of that name; undefined when there can be. */
function whyNot(text: string): string | undefined {
  const [group = '', id = '', more] = text.split('/');
  if (id === '' || more !== undefined) return `${text || 'nothing'}: not GROUP/ID`;
  if (!groups().includes(group)) return `${group}: no such group of rules`;
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(id))
    return `${id}: an id is two or more lower-case words joined by "-"`;
  const isTaken = allRules.some((rule) => rule.id === id) || existsSync(fixture(id, 'bad.dts'));
  return isTaken ? `${id}: there is such a rule` : undefined;
}

function fixture(id: string, file: string): string {
  return path.join(root, 'test/fixtures/rules', id, file);
}

async function makeRule(group: string, id: string): Promise<void> {
  const exported = id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const source = path.join(root, RULES, group, `${id}.ts`);
  writeFileSync(source, ruleText(id, exported));
  mkdirSync(path.dirname(fixture(id, 'bad.dts')), { recursive: true });
  writeFileSync(fixture(id, 'bad.dts'), boardText(`warning[${id}] FILL IN: the message`));
  writeFileSync(fixture(id, 'good.dts'), boardText(undefined));
  const list = path.join(root, ALL_RULES);
  const text = listWith(readFileSync(list, 'utf8'), { group, id, exported });
  const config = await resolveConfig(list);
  writeFileSync(list, await format(text, { ...config, filepath: list }));
  for (const file of [source, fixture(id, 'bad.dts'), fixture(id, 'good.dts'), list])
    console.log(path.relative(root, file));
  console.log(`Replace every FILL IN until this passes: npx mocha test/rules.test.ts -g ${id}
Then make its page and its entry in the schema: UPDATE=1 npx mocha test/rule-pages.test.ts test/schemas.test.ts`);
}

/** The list of rules with one more: an import in the order of paths, an entry in the order of ids. */
function listWith(
  text: string,
  { group, id, exported }: { group: string; id: string; exported: string },
): string {
  const file = `./${group}/${id}.ts`;
  const imports = [...text.matchAll(/^import [^;]* from '([^']+)';\n/gm)];
  const next = imports.find(([, each = '']) => each > file || !each.startsWith('./'));
  const at = next?.index ?? (imports.at(-1)?.index ?? 0) + (imports.at(-1)?.[0].length ?? 0);
  const imported = `${text.slice(0, at)}import { ${exported} } from '${file}';\n${text.slice(at)}`;
  const before = allRules.filter((rule) => rule.id < id).length;
  return imported.replace(/(export const allRules[^[]*\[\] = \[\n)([^\]]*)/, (_, head, list) => {
    const entries = String(list).split('\n').filter(Boolean);
    return `${String(head)}${entries.toSpliced(before, 0, `  ${exported},`).join('\n')}\n`;
  });
}

/** It finds nothing until it is filled in: every test that asks for the finding of bad.dts fails. */
function ruleText(id: string, exported: string): string {
  return `// FILL IN: the fault in one sentence.

import { formatRange } from '../../addresses/format.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly region: Reserved;
}

export const ${exported} = rule<Facts>({
  id: '${id}',
  severity: 'warning',
  title: 'FILL IN: the fault as a headline',
  why: 'FILL IN: what goes wrong, and for whom.',
  instead: 'FILL IN: what to write instead.',
  source: ['FILL IN: the Xen symbol, kernel function or section of the specification'],

  *check(board: Board) {
    for (const region of board.map.reserved) {
      // FILL IN: what is a fault. This never is.
      const isFault = region.start > region.end;
      if (isFault && region.written) yield { at: region.written, facts: { region } };
    }
  },

  message: ({ region }) => \`FILL IN: \${formatRange(region)}\`,
});
`;
}

/** A board with one region; \`label\`, if there is one, says what is found in its reg. */
function boardText(label: string | undefined): string {
  const cells = '0x0 0x60000000 0x0 0x100000';
  const before = '\t\t\treg = <';
  const lines = [
    `${before}${cells}>;`,
    // A tab is one column.
    ...(label ? [`//${' '.repeat(before.length - 2)}${'^'.repeat(cells.length)} ${label}`] : []),
  ];
  return `//- targets: linux:6.12
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x0 0x40000000 0x0 0x40000000>;
	};

	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		region@60000000 {
${lines.join('\n')}
		};
	};
};
`;
}
