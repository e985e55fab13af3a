import { importsOf, shortened, withoutComments } from "./imports.ts";

/**
 * Finds files that need each other, by whatever way round, types included: none of them can be read, moved or tried alone.
 * `texts` are the contents of all source files by path from the root. Each circle is its files in the order of the imports.
 */
export function circlesIn(texts: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const imports = new Map<string, readonly string[]>();
  for (const [file, text] of texts) {
    imports.set(
      shortened(file),
      [...importsOf(file, withoutComments(text))].map(({ specifier }) => specifier),
    );
  }
  const circles: string[][] = [];
  const left = new Set<string>();
  const way: string[] = [];

  const enter = (file: string): void => {
    if (left.has(file)) return;
    const begun = way.indexOf(file);
    if (begun !== -1) {
      circles.push(way.slice(begun));
      return;
    }
    way.push(file);
    for (const next of imports.get(file) ?? []) enter(next);
    way.pop();
    left.add(file);
  };

  for (const file of imports.keys()) enter(file);
  return circles;
}
