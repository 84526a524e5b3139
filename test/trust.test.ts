// What a folder that nobody trusts, and a page that says anything, can bring about: nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { restartAfterCrash } from '../client/src/restart-after-crash.ts';
import { writePage } from '../server/src/map-view/map-page.ts';
import { readMessage } from '../client/src/webview/read-message.ts';
import { root } from './support/bundles.ts';

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    readonly virtualWorkspaces: { supported: string };
  };
  readonly contributes: {
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { scope?: string; markdownDescription: string }>
      >;
    };
  };
}

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

describe('trust', () => {
  it('settings that name files are the machine’s, and not an untrusted folder’s', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    const { properties } = manifest.contributes.configuration;
    const restricted = untrustedWorkspaces.restrictedConfigurations;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.equal(virtualWorkspaces.supported, 'limited');
    for (const name of ['dtmap.bootProfile', 'dtmap.includePaths', 'dtmap.overlays']) {
      assert.ok(restricted.includes(name), name);
      assert.equal(properties[name]?.scope, 'machine-overridable', name);
    }
    for (const [name, { markdownDescription }] of Object.entries(properties))
      if (/\bpath\b|\bfolders\b/i.test(markdownDescription))
        assert.ok(restricted.includes(name), `${name} names files`);
  });

  it('the page of the memory map loads one script and nothing else', () => {
    const page = writePage({ nonce: 'NONCE', script: 'https://host/webview.js' });
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    assert.deepEqual(policy.split('; '), [
      "default-src 'none'",
      "style-src 'nonce-NONCE'",
      "script-src 'nonce-NONCE'",
    ]);
    assert.deepEqual(page.match(/https?:\/\/[^"' ]*/g), ['https://host/webview.js']);
    assert.doesNotMatch(page, /\son\w+=|<(?:iframe|img|object|embed|link|form)\b/);
  });

  it('only messages of the page’s own kinds are obeyed', () => {
    const place = {
      file: 'file:///a.dts',
      name: 'a.dts',
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 2,
    };
    const sound = [
      { type: 'ready' },
      { type: 'reveal', place, takesFocus: true },
      { type: 'fixes', finding: '1' },
      { type: 'fix', finding: '1', index: 0, title: 'Move it' },
      { type: 'try', release: '4.18' },
      { type: 'close', release: '4.18.6' },
      { type: 'export' },
      { type: 'export', release: '4.18.6' },
      { type: 'save', name: 'map.svg', svg: '<svg/>' },
      { type: 'copy', text: '0x40000000' },
      { type: 'command', command: 'selectBoard' },
    ];
    for (const message of sound) assert.deepEqual(readMessage(message), message);
    for (const message of [
      ...[undefined, null, 7, 'ready', [], {}, { type: 'run', command: 'workbench.action.quit' }],
      ...[
        { type: 'command', command: 'workbench.action.terminal.new' },
        { type: 'copy', text: 7 },
      ],
      { type: 'save', name: '../../.bashrc', svg: '' },
      { type: 'reveal', place: { ...place, line: -1 }, takesFocus: true },
      { type: 'fix', finding: '1', index: 1.5, title: 'Move it' },
      { type: 'export', release: 4.18 },
    ])
      assert.equal(readMessage(message), undefined, JSON.stringify(message));
  });

  it('a server that ends is started again once a minute, and it is said', () => {
    let now = 0;
    const afterCrash = restartAfterCrash(() => now);
    const restartsAt = [10, 59_000, 200_000, 261_000].map((at) => {
      now = at;
      const { restarts, message } = afterCrash();
      assert.match(message, restarts ? /was started again/ : /is not started again/);
      return restarts;
    });
    assert.deepEqual(restartsAt, [true, false, true, true]);
  });
});
