// Whether a text has a header of dtc's, outside of comments and strings.

const PARTS = /\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[^]|[^"\\])*"?|\/dts-v1\/|\/plugin\//g;

/** Whether `text` itself says `header`, whatever it includes. */
export function hasHeader(text: string, header: '/dts-v1/' | '/plugin/'): boolean {
  if (!text.includes(header)) return false;
  for (const [part] of text.matchAll(PARTS)) if (part === header) return true;
  return false;
}
