// Boards and folders with names that URIs, shells, globs and Markdown give a meaning to: every request answers as for a plain name.

import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileIdOf, uriOf } from '../server/src/text/file-id.ts';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';
import { askEverything } from './windows/ask-everything.ts';

const plain = 'ordinary';
const names = [
  plain,
  'p3737-0000+p3701-0000',
  'a,b',
  'me@host',
  'x (copy)',
  "it's",
  'über',
  'a b#c',
  '100%',
  'semi;colon',
  'a&b=c',
];
const board = (name: string): string => `/dts-v1/;
#include "${name} soc.dtsi" // ${'x'.repeat(40 - name.length)}

/ {
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		camera: camera@60000000 {
			reg =  <CAMERA  0x5000000>;
		};

		video@64000000 {
			reg = <0x64000000 0x2000000>;
		};
	};

	sensor {
		memory-region = <&camera>;
	};
};
`;
const soc = `#define CAMERA 0x60000000
/ {
	#address-cells = <1>;
	#size-cells = <1>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};
};
`;

describe('names of files and folders', function () {
  this.timeout(120_000);
  let top = '';
  let session: LspSession;
  before(async () => {
    top = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-names-')));
    for (const name of names)
      writeFiles(path.join(top, name), {
        [`${name}.dts`]: board(name),
        [`${name} soc.dtsi`]: soc,
        'dtmap.json': '{ "targets": ["xen:4.18"], "bootScript": "boot @x#y.cmd" }\n',
        'boot @x#y.cmd': 'load mmc 0:1 0x48000000 xen\nbootm 0x48000000 - 0x4a000000\n',
      });
    session = await LspSession.start({
      folder: top,
      settings: { dtmap: { targets: ['xen:4.18'] } },
      initializationOptions: { rulePages: 'pages:' },
      // As VS Code writes them.
      uriOf,
    });
  });
  after(async () => {
    rmSync(top, { recursive: true, force: true });
    await session.stop();
  });

  /** With one name in place of all forms that a URI, Markdown or a shell gives it. */
  const named = (text: string, name: string): unknown => {
    const file = path.join(top, name);
    const inMarkdown = name.replace('@', '\\@');
    const forms = [uriOf(fileIdOf(uriOf(file))), file, encodeURIComponent(name), inMarkdown];
    // Where the name of the include ends.
    let one = text.replace(/"line":1,"character":\d+/g, '"line":1');
    for (const form of [...forms, uriOf(`/${name}`).slice('file:///'.length)])
      one = one.replaceAll(JSON.stringify(form).slice(1, -1), 'NAME');
    return JSON.parse(one.replaceAll(`NAME/${name}`, 'NAME/NAME').replaceAll(name, 'NAME'));
  };

  const answers: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const name of names)
    it(`${name}: the server`, async () => {
      const file = path.join(top, name, `${name}.dts`);
      const all = await askEverything(session, file, board(name));
      assert.match(JSON.stringify(all['diagnostics']), /reserved-overlap/);
      assert.doesNotMatch(JSON.stringify(all['diagnostics']), /include-not-found/);
      answers[name] = all;
      for (const [method, answer] of Object.entries(all)) {
        // Lengths of tokens, and symbols of all boards that are open.
        if (/semanticTokens|workspace\/symbol/.test(method)) continue;
        const expected = named(JSON.stringify(answers[plain]?.[method] ?? null), plain);
        assert.deepEqual(named(JSON.stringify(answer), name), expected, method);
      }
      const links = all['textDocument/documentLink'] as readonly { target: string }[];
      assert.deepEqual(
        links.map(({ target }) => target),
        [uriOf(path.join(top, name, `${name} soc.dtsi`))],
      );
    });

  for (const name of names)
    it(`${name}: the command line`, async () => {
      const check = async (each: string, ...as: string[]): Promise<unknown> => {
        const { stdout, stderr } = await dtmap(['check', '--format', 'json', ...as], {
          cwd: path.join(top, each),
        });
        assert.equal(stderr, '', each);
        assert.match(stdout, /reserved-overlap/);
        return named(stdout, each);
      };
      const expected = await check(plain, `${plain}.dts`);
      assert.deepEqual(await check(name, `${name}.dts`), expected);
      assert.deepEqual(await check(name, '.'), expected);
    });
});
