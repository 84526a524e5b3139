// A drawing as data: SVG elements with keys, so that one result can be written as text or patched into a page.

import { printable } from '../text/printable.ts';

export interface Shape {
  readonly tag: string;
  /** Stable identity among its siblings, for patching. */
  readonly key?: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Text content; never markup. */
  readonly text?: string;
  readonly children?: readonly Shape[];
}

/** A number as SVG carries it: at most two decimals. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The text as the content of an element or of an attribute in quotation marks, in XML and HTML. */
export function escapeText(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The value of an attribute as text. */
export function attributeText(value: string | number): string {
  return typeof value === 'number' ? decimal(value) : value;
}

/** The shape as SVG text on one line, without an XML declaration. */
export function writeShape(shape: Shape): string {
  const attributes = Object.entries(shape.attributes)
    .map(([name, value]) => ` ${name}="${escapeText(attributeText(value))}"`)
    .join('');
  const inner = escapeText(shape.text ?? '') + (shape.children ?? []).map(writeShape).join('');
  return inner === ''
    ? `<${shape.tag}${attributes}/>`
    : `<${shape.tag}${attributes}>${inner}</${shape.tag}>`;
}

/** A group of shapes. */
export function group(
  key: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly Shape[],
): Shape {
  return { tag: 'g', key, attributes, children };
}

export function rect(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  attributes: Readonly<Record<string, string | number>>,
): Shape {
  return {
    tag: 'rect',
    attributes: { x: box.x, y: box.y, width: box.width, height: box.height, ...attributes },
  };
}
