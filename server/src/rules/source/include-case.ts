// An include is found only because the disk takes upper and lower case for the same.

import { folderOf, lastNameOf } from '../../text/join-path.ts';
import type { FileSet } from '../../text/source-file.ts';
import type { FileId, Span } from '../../text/span.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly written: string;
  /** The path in the case that the disk has. */
  readonly named: string;
  /** The path itself, without quotes; undefined where a macro makes it. */
  readonly path: Span | undefined;
}

export const includeCase = rule<Facts>({
  id: 'include-case',
  severity: 'warning',
  reads: 'text',
  title: 'Include in another case than the file',
  why: `
Disks of Windows and macOS take \`SoC.dtsi\` and \`soc.dtsi\` for the same file, those of Linux do not: the board builds here, and
cpp or dtc stop with "No such file or directory" where it is built on Linux.`,
  instead: 'Write the path as the files and folders are named.',
  source: ['GNU cpp: #include', 'dtc: /include/ (1.6)'],

  *check({ sources, files }: Board) {
    const seen = new Set<string>();
    for (const { at, asked, name, target } of sources.flatMap(({ includes }) => includes)) {
      const key = `${at.file}\0${at.start}`;
      const found = name ?? target;
      if (asked === undefined || found === undefined || seen.has(key)) continue;
      seen.add(key);
      yield { at, facts: factsOf(at, asked, found, files) };
    }
  },

  message: ({ written, named }) => `Linux will not find ${written}: the file is ${named}`,

  fixes: ({ facts: { path, named } }) =>
    path === undefined
      ? []
      : [
          {
            title: `Change the path to ${named}`,
            change: [],
            ways: [[{ at: path, text: named }]],
            preferred: true,
          },
        ],
});

/** The path as it is written and as the disk has it; what a macro makes is told of without its folders. */
function factsOf(at: Span, asked: FileId, found: FileId, files: FileSet): Facts {
  const source = files.get(at.file);
  const path = { file: at.file, start: at.start + 1, end: at.end - 1 };
  const text = typeof source === 'string' ? '' : source.text.slice(path.start, path.end);
  const isWritten = asked.endsWith(`/${text.slice(text.lastIndexOf('/') + 1)}`);
  const written = isWritten ? text : lastNameOf(asked);
  const named = written.split('/');
  let file = found;
  for (let index = named.length - 1; index >= 0 && named[index] !== '..'; index--) {
    if (named[index] === '.' || named[index] === '') continue;
    named[index] = lastNameOf(file);
    file = folderOf(file);
  }
  return { written, named: named.join('/'), path: isWritten ? path : undefined };
}
