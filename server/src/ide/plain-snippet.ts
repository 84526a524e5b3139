// A snippet as the text it stands for, for editors that know no snippets.

/** The text of a snippet: its defaults in their places, nothing where there is none. Places do not lie in each other. */
export function plainSnippet(snippet: string): string {
  return snippet.replace(
    /\\([\\$}])|\$(?:\d+|\{\d+(?::((?:\\[\\$}]|[^\\}])*))?\})/g,
    (_, escaped: string | undefined, preset: string | undefined) =>
      escaped ?? plainSnippet(preset ?? ''),
  );
}
