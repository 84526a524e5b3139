// Where dtmap is published is said once, in package.json: what names the repository or a release elsewhere agrees with it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const { name, version, homepage, repository } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as {
  readonly name: string;
  readonly version: string;
  readonly homepage: string;
  readonly repository: { readonly url: string };
};
/** `owner/name`, as workflows name an action. */
const slug = new URL(homepage).pathname.slice(1);

const files = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'action.yml', 'Dockerfile'],
  ...below('.github'),
  ...below('server/docs').filter((file) => !file.startsWith('server/docs/rules/')),
];

function below(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:md|yml)$/.test(file))
    .map((file) => `${folder}/${file.split(path.sep).join('/')}`);
}

/** The text with every name of the repository, of a release and of its package as package.json has it. */
function named(text: string): string {
  return text
    .replace(/(repo: |url: )https:\/\/github\.com\/[\w-]+\/[\w-]+/g, `$1${homepage}`)
    .replace(/(uses: )(?!actions\/|github\/|\.\/)[\w-]+\/[\w-]+@\S+/g, `$1${slug}@v${version}`)
    .replace(/(repo: https:\S+\s+rev: )\S+/g, `$1v${version}`)
    .replace(/(?<=out\/(?:release\/)?)[a-z-]+-\d[\w.]*\.tgz/g, `${name}-${version}.tgz`);
}

describe('published names', () => {
  it('the manifest agrees with itself', () => {
    assert.equal(repository.url, `${homepage}.git`);
    assert.match(slug, /^[\w-]+\/[\w-]+$/);
  });

  for (const file of files)
    it(`${file} names what package.json does`, () => {
      const full = path.join(root, file);
      const text = readFileSync(full, 'utf8');
      if (process.env['UPDATE'] === '1' && named(text) !== text) writeFileSync(full, named(text));
      assert.equal(readFileSync(full, 'utf8'), named(text), 'UPDATE=1 writes it anew');
    });

  it('there is something to be held', () => {
    const teams = readFileSync(path.join(root, 'server/docs/teams.md'), 'utf8');
    for (const shown of [`repo: ${homepage}`, `rev: v${version}`, `uses: ${slug}@v${version}`])
      assert.ok(teams.includes(shown), shown);
    const other = teams
      .replaceAll(homepage, 'https://github.com/a/b')
      .replaceAll(`v${version}`, 'v9')
      .replaceAll(`uses: ${slug}`, 'uses: c/d');
    assert.notEqual(other, teams);
    assert.equal(named(other), teams);
  });
});
