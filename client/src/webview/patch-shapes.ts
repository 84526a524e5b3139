// Brings a page's SVG in line with a drawing, touching only what differs.

import { attributeText, type Shape } from '../../../server/src/map-view/shape.ts';

const SVG = 'http://www.w3.org/2000/svg';
const shapes = new WeakMap<Element, Shape>();

/** The SVG element of a shape, children included. */
export function createElement(shape: Shape): SVGElement {
  const element = document.createElementNS(SVG, shape.tag);
  for (const [name, value] of Object.entries(shape.attributes))
    element.setAttribute(name, attributeText(value));
  if (shape.text !== undefined) element.textContent = shape.text;
  for (const child of shape.children ?? []) element.append(createElement(child));
  shapes.set(element, shape);
  return element;
}

function isAlike(a: Shape, b: Shape): boolean {
  return a.tag === b.tag && a.key === b.key;
}

/** Makes `element` show `shape`; `onEnter` hears of keyed elements that are new. */
export function patchElement(
  element: Element,
  shape: Shape,
  onEnter?: (element: Element) => void,
): void {
  const before = shapes.get(element);
  if (before === shape) return;
  shapes.set(element, shape);
  for (const name of Object.keys(before?.attributes ?? {}))
    if (!(name in shape.attributes)) element.removeAttribute(name);
  for (const [name, value] of Object.entries(shape.attributes)) {
    const text = attributeText(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
  if (!shape.children) {
    if (element.textContent !== (shape.text ?? '')) element.textContent = shape.text ?? '';
    return;
  }
  patchChildren(element, shape.children, onEnter);
}

/** Makes the children of `parent` those of a list; keyed ones keep their element wherever they move. */
export function patchChildren(
  parent: Element,
  children: readonly Shape[],
  onEnter?: (element: Element) => void,
): void {
  const wanted = new Set(children.map((shape) => shape.key));
  const keyed = new Map<string, Element>();
  // What goes, goes first: what stays then stands in order and need not move.
  for (const element of [...parent.children]) {
    const key = shapes.get(element)?.key;
    if (key === undefined) continue;
    if (wanted.has(key)) keyed.set(key, element);
    else element.remove();
  }
  let at = parent.firstElementChild;
  for (const shape of children) {
    const known = shape.key === undefined ? at : keyed.get(shape.key);
    const knownShape = known && shapes.get(known);
    if (known && knownShape && isAlike(knownShape, shape)) {
      if (known === at) at = known.nextElementSibling;
      else parent.insertBefore(known, at);
      patchElement(known, shape, onEnter);
      if (shape.key !== undefined) keyed.delete(shape.key);
    } else {
      const made = createElement(shape);
      parent.insertBefore(made, at);
      if (shape.key !== undefined) onEnter?.(made);
    }
  }
  while (at) {
    const next = at.nextElementSibling;
    at.remove();
    at = next;
  }
}
