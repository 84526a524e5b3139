// The types of the npm package, from the one file that holds its interface: CommonJS and ES modules export the same.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from '../start/install-packages.mjs';

const source = path.join(root, 'server/src/cli/library.ts');

/** The names of the functions. */
export function functionNames() {
  return readInterface().library.members.map(({ name }) => name.text);
}

/** The text of the declarations. The functions are those of `Library`, which is left out itself. */
function declareTypes() {
  const { file, library } = readInterface();
  const parts = file.statements.filter(
    (each) => ts.isInterfaceDeclaration(each) && each !== library,
  );
  return [
    '// The types of dtmap: what the command line reads and prints, for programs.\n',
    ...parts.map((each) =>
      each
        .getFullText()
        .replace(/^\/\/.*\n/, '')
        .trim(),
    ),
    ...library.members.map(({ name, type, jsDoc }) => {
      const parameters = type.parameters.map((each) => each.getText()).join(', ');
      const comment = (jsDoc ?? [])
        .map((each) => `${each.getText().replace(/\n\s+\*/g, '\n *')}\n`)
        .join('');
      return `${comment}export declare function ${name.text}(${parameters}): ${type.type.getText()};`;
    }),
    '',
  ].join('\n');
}

function readInterface() {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, strict: true };
  const { outputText } = ts.transpileDeclaration(readFileSync(source, 'utf8'), {
    fileName: source,
    compilerOptions: options,
  });
  const file = ts.createSourceFile('library.d.ts', outputText, ts.ScriptTarget.ES2022, true);
  return { file, library: file.statements.find((each) => each.name?.text === 'Library') };
}

/** Writes library.d.ts and library.d.mts. */
export function writeTypes(folder) {
  for (const name of ['library.d.ts', 'library.d.mts'])
    writeFileSync(path.join(folder, name), declareTypes());
}
