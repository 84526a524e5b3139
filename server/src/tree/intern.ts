// One copy of each name: equal names are the same string, and none keeps the text it was cut from in memory.

const known = new Map<string, string>();

/** Names kept at most; the table then starts anew, which costs memory but changes no result. */
const mostNames = 100_000;

/** A string equal to `name` that shares no memory with a longer one. */
export function intern(name: string): string {
  const same = known.get(name);
  if (same !== undefined) return same;
  if (known.size >= mostNames) known.clear();
  // Engines keep the whole text alive for a slice of it; joining its characters makes a string of its own.
  const own = Array.from({ length: name.length }, (_, at) => name.charAt(at)).join('');
  known.set(own, own);
  return own;
}
