// Writes a devicetree blob byte by byte, so that a name may be anything: no compiler would make it.

/** A node; names and values are bytes, one per character up to U+00FF. */
export interface BlobNode {
  readonly name: string;
  readonly properties?: Readonly<Record<string, string | readonly number[]>>;
  readonly children?: readonly BlobNode[];
}

/** The blob of version 17 with `root`: a value of numbers is cells, one of text ends in NUL. */
export function flattenTree(root: BlobNode): Buffer {
  const strings: Buffer[] = [];
  let length = 0;
  const nameAt = (name: string): number => {
    const at = length;
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    strings.push(bytes);
    length += bytes.length;
    return at;
  };
  const structure = Buffer.concat([...nodeOf(root, nameAt), cells([9])]);
  const text = Buffer.concat(strings);
  const from = 40 + 16;
  const total = from + structure.length + text.length;
  return Buffer.concat([
    cells([0xd00dfeed, total, from, from + structure.length, 40, 17, 16, 0]),
    cells([text.length, structure.length]),
    Buffer.alloc(16),
    structure,
    text,
  ]);
}

function nodeOf(node: BlobNode, nameAt: (name: string) => number): Buffer[] {
  const properties = Object.entries(node.properties ?? {}).flatMap(([name, value]) => {
    const bytes = typeof value === 'string' ? Buffer.from(`${value}\0`, 'latin1') : cells(value);
    return [cells([3, bytes.length, nameAt(name)]), padded(bytes)];
  });
  const children = (node.children ?? []).flatMap((child) => nodeOf(child, nameAt));
  const name = padded(Buffer.from(`${node.name}\0`, 'latin1'));
  return [cells([1]), name, ...properties, ...children, cells([2])];
}

function cells(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
