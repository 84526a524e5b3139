// `npm start`: what it opens, in the user's own VS Code and in the browser.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runStart } from './start-vscode.ts';

describe('npm start', () => {
  it('opens the sample board in the VS Code that is named, in a profile of its own', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dtmap-code-'));
    const calls = path.join(folder, 'calls');
    const code = path.join(folder, 'code');
    writeFileSync(code, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n`);
    chmodSync(code, 0o755);
    // In a container or as root none on the PATH is taken.
    const start = runStart({ DTMAP_VSCODE: code });
    assert.deepEqual(await once(start, 'exit'), [0, null]);

    const [install = '', open = ''] = readFileSync(calls, 'utf8').split('\n');
    assert.match(
      install,
      /--user-data-dir \S+ --extensions-dir \S+ --install-extension \S+\.vsix$/,
    );
    const [profile] = /--user-data-dir \S+ --extensions-dir \S+/.exec(install) ?? [];
    assert.ok(profile !== undefined && open.startsWith(profile));
    assert.match(open, /--wait \S+\/sample --goto \S+\/sample\/board\.dts:41:3$/);
    const [, userData = ''] = /--user-data-dir (\S+)/.exec(install) ?? [];
    assert.ok(!existsSync(path.dirname(userData)), 'the profile is left behind');
  });
});
