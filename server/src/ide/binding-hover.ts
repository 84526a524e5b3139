// What bindings say of a place in a source: of a `compatible`, and of a property.

import type { Binding } from '../bindings/binding.ts';
import type { CompiledSchema } from '../bindings/compiled-schema.ts';
import type { Board } from '../rules/board.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, stringsOf } from '../tree/device-tree.ts';
import {
  bindingMarkdown,
  describeProperty,
  placeOfSchema,
  propertyMarkdown,
  type BindingPlace,
  type LinkToBinding,
} from './describe-binding.ts';
import type { Hover } from './hover.ts';
import { locate } from './locate.ts';

interface Described {
  readonly at: Span;
  /** The bindings of a `compatible`, the most specific first. */
  readonly bindings: readonly Binding[];
  /** What is said of the property under the place; undefined on a string of `compatible`. */
  readonly property: ReturnType<typeof describeProperty>;
}

function describedAt(board: Board, file: FileId, offset: number): Described | undefined {
  const { bindings } = board;
  if (!bindings) return undefined;
  const { node, property, definition, part } = locate(board, file, offset);
  if (!node || !property || !definition) return undefined;
  const name = spanOf(definition.name);
  const isOnName = name.file === file && name.start <= offset && offset <= name.end;
  if (property.name === 'compatible' && !isOnName) {
    const index = part ? definition.parts.indexOf(part) : 0;
    const text = stringsOf({ bytes: definition.bytes })[index];
    const ids = text === undefined ? [] : (bindings.bindings.compatibles.get(text) ?? []);
    const known = ids.flatMap((id) => bindings.bindings.binding(id) ?? []);
    const at = part ? spanOf(part.written) : name;
    return known.length > 0 ? { at, bindings: known, property: undefined } : undefined;
  }
  if (!isOnName) return undefined;
  const told = describeProperty(bindings, bindings.schemasOf(node), property.name);
  const own = property.name === 'compatible' ? bindings.bindingsOf(node).slice(0, 1) : [];
  return told || own.length > 0 ? { at: name, bindings: own, property: told } : undefined;
}

/** What bindings say of `offset` of `file`, below `shown`, which may be there already; `shown` when they say nothing. */
export function withBindingHover(
  shown: Hover | undefined,
  board: Board,
  file: FileId,
  offset: number,
  linkTo: LinkToBinding,
): Hover | undefined {
  const told = describedAt(board, file, offset);
  const all = board.bindings?.bindings;
  if (!told || !all) return shown;
  const markdown = [
    ...(shown ? [shown.markdown] : []),
    ...told.bindings.map((binding) => bindingMarkdown(all, binding, linkTo)),
    ...(told.property ? [propertyMarkdown(all, told.property, linkTo)] : []),
  ].join('\n\n---\n\n');
  return { markdown, at: shown?.at ?? told.at };
}

/** Where what is at `offset` is described: the binding of a `compatible`, or the lines of a property. */
export function bindingPlacesAt(
  board: Board,
  file: FileId,
  offset: number,
): readonly BindingPlace[] {
  const told = describedAt(board, file, offset);
  const all = board.bindings?.bindings;
  if (!told || !all) return [];
  const schemas: readonly (CompiledSchema | undefined)[] = told.property
    ? [told.property.schema, ...told.bindings.map(({ schema }) => schema)]
    : told.bindings.map(({ schema }) => schema);
  return schemas.flatMap((schema) => (schema && placeOfSchema(all, schema)) ?? []);
}

/** Each string of a `compatible` in `file` that a binding describes, and the file of that binding. */
export function bindingLinks(
  board: Board,
  file: FileId,
): readonly { readonly at: Span; readonly place: BindingPlace }[] {
  const { bindings, tree } = board;
  if (!bindings) return [];
  const links: { at: Span; place: BindingPlace }[] = [];
  const waiting = [tree.root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    waiting.push(...node.children);
    const definition = node.properties.get('compatible')?.definition;
    if (!definition) continue;
    const texts = stringsOf(definition);
    definition.parts.forEach((part, index) => {
      const id = bindings.bindings.compatibles.get(texts[index] ?? '')?.[0];
      const found = id === undefined ? undefined : bindings.bindings.files.get(id);
      if (!found) return;
      const { file: from, start, end } = spanOf(part.written);
      if (from === file && end - start > 2)
        links.push({
          at: { file, start: start + 1, end: end - 1 },
          place: { file: found.file, line: 1 },
        });
    });
  }
  return links;
}
