// A symbolic link was checked out as a text file, and is followed all the same.

import type { FileId, Span } from '../../text/span.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  /** The link's own name, without the folders above it. */
  readonly name: string;
  /** How many other links the board is read through. */
  readonly others: number;
}

export const linkAsText = rule<Facts>({
  id: 'link-as-text',
  severity: 'hint',
  reads: 'text',
  title: 'Symbolic link checked out as text',
  why: `
Where symbolic links cannot be made, as on Windows by default, git writes a file with the path of the link's target in it
(\`core.symlinks=false\`). dtmap reads the target in its place, so that its verdicts are those of the tree with links. cpp and dtc read the
path as source and fail.`,
  instead: `
To build the board, have the links made: turn on the developer mode of Windows, then \`git config core.symlinks true\` and
\`git checkout -- FILE\` for each link, or clone anew with \`git clone -c core.symlinks=true\`. For dtmap alone nothing is to be done.`,
  source: ['git-config: core.symlinks'],

  *check(board: Board) {
    const at = new Map<FileId, Span>();
    for (const source of board.sources)
      for (const { name: file, at: place } of [
        { name: source.root, at: { file: source.root, start: 0, end: 0 } },
        ...source.includes.map(({ at, name, target }) => ({ at, name: name ?? target })),
      ]) {
        const link = file && board.files.linkText?.(file)?.name;
        if (link !== undefined && !at.has(link)) at.set(link, place);
      }
    const [first, ...others] = at;
    if (!first) return;
    yield {
      at: first[1],
      facts: { name: lastName(first[0]), others: others.length },
      related: others.map(([name, place]) => ({
        message: `read through ${lastName(name)}, a link too`,
        at: place,
      })),
    };
  },

  message: ({ name, others }) => {
    const more = others === 0 ? '' : ` (and ${others} more)`;
    return `${name}${more} is a symbolic link checked out as text: dtmap follows it, cpp and dtc cannot; set core.symlinks=true and check it out again`;
  },
});

function lastName(file: FileId): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
