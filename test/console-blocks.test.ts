// What the pages show of a console is what the commands print, and their pictures are what the tool draws; UPDATE=1 draws anew.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(root, 'server/docs');

/** Commands and what is shown of their output; `…` stands for any lines. */
function blocks(page: string): { readonly argv: string[]; readonly shown: string[] }[] {
  const text = readFileSync(path.join(folder, page), 'utf8');
  return [...text.matchAll(/```console\n\$ node dist\/dtmap\.js (.*)\n([\s\S]*?)```/g)].map(
    ([, command = '', output = '']) => ({
      argv: command.split(' '),
      shown: output.trimEnd().split('\n'),
    }),
  );
}

/** Whether the lines follow each other as shown. */
function matches(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return printed.length === 0;
  if (first !== '…') return first === printed[0] && matches(rest, printed.slice(1));
  return printed.some((_, index) => matches(rest, printed.slice(index))) || rest.length === 0;
}

describe('console blocks', () => {
  for (const page of readdirSync(folder).filter((name) => name.endsWith('.md')))
    for (const { argv, shown } of blocks(page))
      it(`${page}: dtmap ${argv.join(' ')}`, async () => {
        const { stdout } = await dtmap(argv, { cwd: root });
        const printed = stdout.split('\n').map((line) => line.trimEnd());
        if (printed.at(-1) === '') printed.pop();
        assert.ok(matches(shown, printed), `printed:\n${printed.join('\n')}`);
      });

  for (const branch of ['4.18', '4.19'])
    it(`the picture of the seed under Xen ${branch} is what the tool draws`, async () => {
      const board = 'client/sample/examples/seed/broken.dts';
      const argv = ['map', board, '--xen', branch, '--linux', '6.12', '--format', 'svg'];
      const { stdout } = await dtmap(argv, { cwd: root });
      const drawn = `${stdout.trimEnd().replaceAll('><', '>\n<')}\n`;
      const file = path.join(folder, `pictures/seed-${branch}.svg`);
      if (process.env['UPDATE'] === '1') writeFileSync(file, drawn);
      assert.equal(readFileSync(file, 'utf8'), drawn, 'UPDATE=1 draws it anew');
    });
});
