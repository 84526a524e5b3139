// Checks what the page says before it is obeyed: a page may be made to say anything.

import * as v from 'valibot';
import type { FromPage } from './messages.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.string();

const place = v.object({
  file: text,
  name: text,
  line: count,
  column: count,
  endLine: count,
  endColumn: count,
});

const messages = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('reveal'), place, takesFocus: v.boolean() }),
  v.object({ type: v.literal('fixes'), finding: text }),
  v.object({ type: v.literal('fix'), finding: text, index: count, title: text }),
  v.object({ type: v.literal('try'), release: text }),
  v.object({ type: v.literal('close'), release: text }),
  v.object({ type: v.literal('export'), release: v.exactOptional(text) }),
  // The name is offered in a dialogue: it is that of a file, never of a folder elsewhere.
  v.object({ type: v.literal('save'), name: v.pipe(text, v.regex(/^[^/\\]+$/)), svg: text }),
  v.object({ type: v.literal('copy'), text }),
  v.object({ type: v.literal('command'), command: v.picklist(['selectBoard', 'bootProfile']) }),
]);

/** The message, or undefined for anything else. */
export function readMessage(value: unknown): FromPage | undefined {
  const read = v.safeParse(messages, value);
  return read.success ? read.output : undefined;
}
