// Who has read the value of which property: what was made without reading it stays as it is when only that value changes.

/** A value that is read, which keeps who has read it; it never forgets one, so that what others remembered holds as well. */
export interface ReadValue {
  readBy: number;
}

/** Those who may read a value, as bits. */
export const Reader = {
  /** What is said of the whole board: its map, its facts, its boots, and the rules about them. */
  board: 1,
  /** A check that looks at each node on its own, and was at another node. */
  otherNode: 2,
  /** The devices of the memory map. */
  devices: 4,
  /** The bindings, which keep on their own what they found of nodes that did not change. */
  bindings: 8,
} as const;

// A board has ten thousand values, most of them read by several: a test of a number is all that this may cost.
let readers = 0;
let own: object | undefined;
let isTextRead = false;

/** Runs `task`; the values that it reads were read by `reader`. Whether it read the text itself is told, too. */
export function readBy<T>(
  reader: typeof Reader.board | typeof Reader.bindings,
  task: () => T,
): {
  readonly result: T;
  readonly readsText: boolean;
} {
  const before = isTextRead;
  isTextRead = false;
  try {
    const result = readFor(reader, task);
    return { result, readsText: isTextRead };
  } finally {
    isTextRead ||= before;
  }
}

/** Runs `task`, which looks at nodes on their own; what it reads of others than that of `lookAt` was read from another node. */
export function readForNodes<T>(task: () => T): T {
  return readFor(Reader.otherNode, task);
}

/** Within `readForNodes`: the table of the node that is looked at from now on. */
export function lookAt(table: object): void {
  own = table;
}

/** Runs `task`; what it reads was read by `reader` as well as by those for whom it runs. */
export function readAlsoFor<T>(reader: number, task: () => T): T {
  return readFor(readers | reader, task);
}

/** Runs `task`, whose result is kept for all: whatever it reads was read by all. */
export function readForAll<T>(task: () => T): T {
  return readFor(Reader.board | Reader.otherNode, task);
}

function readFor<T>(by: number, task: () => T): T {
  const [readersBefore, ownBefore] = [readers, own];
  readers = by;
  own = undefined;
  try {
    return task();
  } finally {
    readers = readersBefore;
    own = ownBefore;
  }
}

/** Notes that somebody was given `value` by `table`. */
export function noteGiven(table: object, value: ReadValue): void {
  if ((readers & Reader.otherNode) !== 0 && table !== own) value.readBy |= Reader.otherNode;
}

/** Whether it is noted what tables give. */
export function isNoted(): boolean {
  return (readers & Reader.otherNode) !== 0;
}

/** Notes that somebody reads `value`. */
export function noteRead(value: ReadValue): void {
  value.readBy |= readers & ~Reader.otherNode;
}

/** Notes that somebody reads the text, which says more than the tree. */
export function noteTextRead(): void {
  isTextRead = true;
}
