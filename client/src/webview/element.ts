// Builds HTML elements; text goes in as text, never as markup.

type Child = Node | string | undefined;

/** An element with attributes, a click handler, and children; undefined children are left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that looks like a link. */
export function link(text: string, onClick: () => void): HTMLButtonElement {
  const button = element('button', { class: 'link', type: 'button' }, text);
  button.addEventListener('click', onClick);
  return button;
}

/** The page's own element of that id. */
export function byId<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found as unknown as E;
}
