// What an edit means to change in an evaluated tree.

/**
 * One change, named by paths of the tree before it. Renaming a node takes along what is below it and every path and
 * phandle that leads there; deleting one takes what is below it, and fails while something else refers to it.
 */
export type TreeChange =
  /** The property gets these bytes; it is added when the node has none of that name. */
  | {
      readonly kind: 'set-property';
      readonly node: string;
      readonly property: string;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'delete-property'; readonly node: string; readonly property: string }
  | {
      readonly kind: 'rename-property';
      readonly node: string;
      readonly property: string;
      readonly to: string;
    }
  | {
      readonly kind: 'rename-node';
      readonly node: string;
      /** Name with unit address. */
      readonly to: string;
      /** Whether it is defined anew, so that it comes after its siblings. */
      readonly isMoved?: boolean;
    }
  | { readonly kind: 'delete-node'; readonly node: string }
  | {
      readonly kind: 'add-node';
      readonly parent: string;
      readonly name: string;
      readonly properties: ReadonlyMap<string, Uint8Array>;
    }
  | { readonly kind: 'rename-label'; readonly label: string; readonly to: string }
  | { readonly kind: 'add-reservation'; readonly address: bigint; readonly size: bigint }
  | { readonly kind: 'delete-reservation'; readonly address: bigint; readonly size: bigint };
