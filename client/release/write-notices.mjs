// Says what of others is in the bundles: dist/NOTICES.txt for people, dist/sbom.json (CycloneDX) for programs.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../start/install-packages.mjs';

/**
 * `metafiles` are esbuild's, one of each bundle; `copied` are files of packages that lie beside the bundles; `kept` are
 * folders of this repository with what others wrote, each with a package.json.
 */
export function writeNotices(metafiles, copied, kept) {
  const bundled = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const files = [...bundled.map((file) => path.join(root, file)), ...copied];
  const folders = new Set([...files.flatMap((file) => folderOf(file) ?? []), ...kept]);
  const packages = [...folders]
    .map(describe)
    .sort((a, b) =>
      a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1,
    );
  writeFileSync(path.join(root, 'dist/NOTICES.txt'), noticesOf(packages));
  writeFileSync(
    path.join(root, 'dist/sbom.json'),
    `${JSON.stringify(sbomOf(packages), undefined, 2)}\n`,
  );
}

/** The folder of the innermost package that a file belongs to; none for files of this repository. */
function folderOf(file) {
  return /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0];
}

function describe(folder) {
  const { name, version, license, purl } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(folder).find((each) => /^licen[cs]e(?:\.\w+)?$/i.test(each));
  const text = file && readFileSync(path.join(folder, file), 'utf8');
  return { name, version, license, purl, text: text?.replace(/\r/g, '').trim() };
}

/** One paragraph of names for each text, since many packages share one. */
function noticesOf(packages) {
  const byText = new Map();
  for (const each of packages) {
    const text = each.text ?? `Licence: ${each.license}`;
    byText.set(text, [...(byText.get(text) ?? []), `${each.name} ${each.version}`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join(', ')}\n\n${text}\n`);
  return ['dtmap contains these packages.\n', ...parts].join(`\n${'-'.repeat(72)}\n\n`);
}

/** Without time and serial number, so that the same source gives the same bytes. */
function sbomOf(packages) {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const reference = (each) =>
    each.purl ?? `pkg:npm/${each.name.replace('@', '%40')}@${each.version}`;
  const component = (each, type) => ({
    type,
    'bom-ref': reference(each),
    name: each.name,
    version: each.version,
    licenses: [{ license: { id: each.license } }],
    purl: reference(each),
  });
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: component({ name, version, license }, 'application') },
    components: packages.map((each) => component(each, 'library')),
    dependencies: [
      { ref: reference({ name, version }), dependsOn: packages.map(reference) },
      ...packages.map((each) => ({ ref: reference(each) })),
    ],
  };
}
