// The pages for editors: each names a command that starts the language server, and settings that it knows.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTargets } from '../server/src/systems/targets.ts';
import { defaultSettings } from '../server/src/lsp/settings.ts';
import { bundle, root } from './support/bundles.ts';
import { LspSession } from './support/lsp-session.ts';

const folder = path.join(root, 'server/docs/editors');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

/** The text of a page and of the set-up file it may have beside it. */
function setUpOf(page: string): string {
  const base = page.replace(/\.md$/, '');
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${base}.`))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}

/** The words of the command: strings in any of the languages of the pages, `dtmap` the first. */
function commandOf(text: string): string[] {
  const match = /["']dtmap["'](?:(?!["']dtmap["'])[^\])}])*["']lsp["'],?\s+["']--stdio["']/.exec(
    text,
  );
  return [...(match?.[0] ?? '').matchAll(/["']([\w-]+)["']/g)].map(([, word = '']) => word);
}

describe('pages for editors', function () {
  this.timeout(60_000);

  for (const page of pages) {
    it(`${page} starts the server with a command that runs, and settings that exist`, async () => {
      const text = setUpOf(page);
      const [program, ...args] = commandOf(text).filter(
        (word) => !['args', 'arguments'].includes(word),
      );
      assert.equal(program, 'dtmap');
      const server = await LspSession.start({
        command: [process.execPath, bundle('dtmap.js'), ...args],
      });
      assert.equal(server.initialized.serverInfo?.name, 'dtmap');
      await server.stop();

      const targets = [...text.matchAll(/["']((?:xen|linux):[\w.]+)["']/g)].map(
        ([, name = '']) => name,
      );
      assert.notDeepEqual(targets, []);
      assert.deepEqual(parseTargets(targets).unknown, []);
      assert.ok('targets' in defaultSettings);
    });

    it(`${page} has JSON that parses`, () => {
      const blocks = [
        ...readFileSync(path.join(folder, page), 'utf8').matchAll(/```json\n([\s\S]*?)```/g),
      ];
      for (const [, json = ''] of blocks) assert.doesNotThrow(() => void JSON.parse(json));
    });
  }

  it('the README links every page', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    assert.deepEqual(
      pages.filter((page) => !readme.includes(`server/docs/editors/${page}`)),
      [],
    );
  });
});
