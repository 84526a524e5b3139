// Files that a user has named: their texts, their names in messages, and where in them something is written.

import type { JsonPath } from '../inputs/json-places.ts';
import type { SettingPlace } from '../inputs/load-project.ts';
import { placesInText } from '../inputs/read-json.ts';
import { relativePath } from '../text/join-path.ts';
import { LineIndex } from '../text/line-index.ts';
import type { FileId } from '../text/span.ts';
import type { BootHost } from './boot-host.ts';
import { Failure } from './failure.ts';

/** The text of a file that must be there. */
export function readText(shell: Pick<BootHost, 'files'>, file: FileId, name: string): string {
  const why = shell.files.whyUnreadable(file);
  const source = shell.files.get(file);
  if (why !== undefined || typeof source === 'string')
    throw new Failure(`${name}: ${why ?? 'no such file'}`);
  return source.text;
}

/** A file as a message names it: relative when it is below the current folder. */
export function shownPath({ cwd }: Pick<BootHost, 'cwd'>, file: FileId): string {
  const relative = relativePath(cwd, file);
  return relative === undefined || /^(?:\.\.(?:\/|$)|$)/.test(relative) ? file : relative;
}

/** `profile.json:4:13: xen.size`, for a field of a boot profile that was read; undefined when no file gives it. */
export function placeOfField(
  shell: Pick<BootHost, 'files' | 'cwd'>,
  sources: readonly SettingPlace[],
  field: JsonPath,
): string | undefined {
  for (const { file, within } of sources) {
    const source = shell.files.get(file);
    if (typeof source === 'string') continue;
    const places = placesInText(source.text);
    const whole = [...within, ...field];
    if (!places.has(whole)) continue;
    const { line, column } = new LineIndex(source.text).positionAt(places.valueAt(whole).start);
    return `${shownPath(shell, file)}:${line}:${column}: ${whole.join('.')}`;
  }
  return undefined;
}
