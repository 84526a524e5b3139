// A snippet as the text it stands for, for editors that know no snippets.

/** The text of a snippet: its defaults in their places, and nothing where there is no default. */
export function plainSnippet(snippet: string): string {
  return snippet.replace(
    /\\([\\$}])|\$(?:\d+|\{\d+(?::((?:\\[\\$}]|[^\\}])*))?\})/g,
    (_, escaped: string | undefined, preset: string | undefined) =>
      escaped ?? plainSnippet(preset ?? ''),
  );
}
