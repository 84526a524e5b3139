// Saves what a page made as a file of the browser's downloads.

/** Offers an SVG image under that name; nothing leaves the page. */
export function saveFile(name: string, svg: string): void {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(address);
}
