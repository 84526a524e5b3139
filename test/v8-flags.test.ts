// The flags that the extension starts the server with: this V8 knows them all, and a V8 that nobody has tried gets few.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { v8Flags } from '../client/src/v8-flags.ts';

describe('flags of V8', () => {
  it('are known to this V8', () => {
    const flags = v8Flags(process.versions.v8, process.arch);
    assert.ok(flags.length > 2, process.versions.v8);
    const { status, stderr } = spawnSync(process.execPath, [...flags, '-e', '0'], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('are those that every V8 has where nobody has tried more', () => {
    for (const v8 of ['15.0.1', '10.2.1', 'unknown'])
      assert.deepEqual(v8Flags(v8, 'x64'), ['--min-semi-space-size=2', '--max-semi-space-size=2']);
  });

  it('are none of a compiler that V8 may lack for a machine', () => {
    assert.match(v8Flags('12.4.254', 'x64').join(' '), /maglev/);
    assert.doesNotMatch(v8Flags('12.4.254', 'arm').join(' '), /maglev/);
  });
});
