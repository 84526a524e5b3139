// Arithmetic on sRGB colours written `#rrggbb`: mixing and the contrast of the Web Content Accessibility Guidelines.

/** `#rrggbb`, lower case. */
export type Colour = string;

function channels(colour: Colour): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

/** `share` (0 to 1) of `over`, the rest `under`; as CSS `color-mix(in srgb, …)`. */
export function mixColours(over: Colour, under: Colour, share: number): Colour {
  const a = channels(over);
  const b = channels(under);
  const mixed = a.map((channel, index) =>
    Math.round(channel * share + (b[index] ?? 0) * (1 - share))
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${mixed.join('')}`;
}

function luminance(colour: Colour): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: Colour, b: Colour): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `colour`, moved towards black or white, whichever stands out from `ground`, until its contrast is at least `least`. */
export function standOut(colour: Colour, ground: Colour, least: number): Colour {
  const pole = contrast('#000000', ground) > contrast('#ffffff', ground) ? '#000000' : '#ffffff';
  for (let step = 0; step <= 20; step++) {
    const moved = mixColours(pole, colour, step / 20);
    if (contrast(moved, ground) >= least) return moved;
  }
  return pole;
}
