/**
 * The names of those headers that a signature covers, sorted as it wants them. An insertion into place: there are a dozen,
 * nearly in order, and `sort` costs more than the hash behind it.
 */
export function sortedNames(
  headers: Readonly<Record<string, string>>,
  isSigned: (name: string) => boolean,
): readonly string[] {
  const sorted: string[] = [];
  for (const name of Object.keys(headers)) {
    if (!isSigned(name)) continue;
    let at = sorted.length;
    for (let before = sorted[at - 1]; before !== undefined && before > name; before = sorted[at - 1]) {
      sorted[at] = before;
      at -= 1;
    }
    sorted[at] = name;
  }
  return sorted;
}
