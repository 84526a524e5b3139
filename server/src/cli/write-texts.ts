// Replaces texts that were read by new ones: what fixes and formatting write.

import { encodeText } from '../text/encode.ts';
import type { Replacement } from '../text/replacement.ts';
import type { FileId } from '../text/span.ts';
import { Failure } from './failure.ts';
import type { Session } from './session.ts';

/** Writes the new texts, all or none; fails with the one that cannot be written, and says `unchanged` where none is. */
export async function writeTexts(
  session: Session,
  texts: ReadonlyMap<FileId, string>,
  unchanged: string,
): Promise<void> {
  const { files } = session.shell;
  const replacements = new Map<FileId, Replacement>();
  for (const [file, text] of texts) {
    const before = files.bytes(file);
    if (typeof before === 'string') throw new Failure(`${session.shown(file)}: cannot be read`);
    replacements.set(file, { before, after: encodeText(text) });
  }
  const stopped = await files.replaceAll(replacements);
  if (stopped === undefined) return;
  const outcome = stopped.changed.map(
    ({ file, copy }) =>
      `${session.shown(file)} is changed and could not be restored, ${session.shown(copy)} has its previous content`,
  );
  throw new Failure(
    `${session.shown(stopped.file)}: ${stopped.because}; ${outcome.join('; ') || unchanged}`,
  );
}
