// Numbers for identifiers, so that looking a macro up is an array access.

/** Gives every identifier a small number, the same one each time it is asked. */
export class NameTable {
  readonly names: string[] = [];
  readonly #hashes: number[] = [];
  #slots = new Int32Array(1 << 13).fill(-1);

  /** The number of the identifier `[start, end)` of `text`, whose `hashName` is `hash`. */
  idAt(text: string, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id < 0) break;
      if (this.#hashes[id] === hash) {
        const name = this.names[id] as string;
        if (name.length === end - start && text.startsWith(name, start)) return id;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(text.slice(start, end), hash, slot);
  }

  id(name: string): number {
    let hash = 0;
    for (let at = 0; at < name.length; at++) hash = hashName(hash, name.charCodeAt(at));
    return this.idAt(name, 0, name.length, hash);
  }

  #add(name: string, hash: number, slot: number): number {
    const id = this.names.length;
    // A slice would keep the whole file alive; joining makes a copy.
    this.names.push(name.split('').join(''));
    this.#hashes.push(hash);
    this.#slots[slot] = id;
    if (id * 2 > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    this.#hashes.forEach((hash, id) => {
      let slot = (hash ^ (hash >>> 15)) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    });
    this.#slots = slots;
  }
}

/** The hash of a name whose prefix has the hash `hash` and whose next character is `code`; an empty name has hash 0. */
export function hashName(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}
