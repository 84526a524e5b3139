// Which extensions count as serving the language, by id and by what their manifests say.

import assert from 'node:assert/strict';
import { servesDevicetree } from '../client/src/serves-devicetree.ts';

const languages = [{ id: 'devicetree', configuration: './language.json' }];

describe('another extension serves the language', () => {
  const serving: Readonly<Record<string, [id: string, manifest: unknown]>> = {
    'by its id, in any case': ['nordic-semiconductor.nRF-DeviceTree', {}],
    'by its id, with a manifest that is none': ['KyleMicallefBonnici.dts-lsp', null],
    'as it brings the language and has code': [
      'a.b',
      { main: './x.js', contributes: { languages } },
    ],
    'in a browser': ['a.b', { browser: './x.js', contributes: { languages } }],
    'under the other name': [
      'a.b',
      { main: './x.js', contributes: { languages: [{ ...languages[0], id: 'dts' }] } },
    ],
    'as it starts for it': [
      'a.b',
      { main: './x.js', activationEvents: ['onLanguage:c', 'onLanguage:dts'] },
    ],
  };
  for (const [title, [id, manifest]] of Object.entries(serving))
    it(title, () => {
      const others = [{ id: 'vscode.git', manifest: { main: './git.js' } }];
      assert.equal(servesDevicetree([...others, { id, manifest }]), id);
    });

  it('and is called by its display name', () => {
    const named = (displayName: string): string | undefined =>
      servesDevicetree([{ id: 'lscheller.ginko', manifest: { displayName } }]);
    assert.equal(named('ginko'), 'ginko');
    assert.equal(named('%extension.name%'), 'lscheller.ginko');
  });
});

describe('another extension does not serve the language', () => {
  const all = ['c', 'cpp', 'dts', 'go', 'java', 'rust'].map((name) => `onLanguage:${name}`);
  const others: Readonly<Record<string, unknown>> = {
    'that only colours it': { contributes: { languages, grammars: [{ language: 'devicetree' }] } },
    'that gives it an icon': {
      main: './x.js',
      contributes: { languages: [{ id: 'devicetree', icon: {} }] },
    },
    'that is a tool for all languages': { main: './x.js', activationEvents: all },
    'that starts with the window': { main: './x.js', activationEvents: ['*', 'onStartupFinished'] },
    'of another language': {
      main: './x.js',
      activationEvents: ['onLanguage:dtsx'],
      contributes: { languages: [{ id: 'kconfig', configuration: './k.json' }] },
    },
    'whose manifest is broken': { main: 7, contributes: { languages: 'devicetree' } },
  };
  for (const [title, manifest] of Object.entries(others))
    it(title, () => {
      assert.equal(servesDevicetree([{ id: 'a.b', manifest }]), undefined);
    });
});
