/** Gives the names of those headers that a signature covers, sorted as it wants them. */
export type NameOrder = (headers: Readonly<Record<string, string>>) => readonly string[];

/** Remembers the last order: request after request has the same headers, and to compare their names costs less than to sort them. */
export function createNameOrder(isSigned: (name: string) => boolean): NameOrder {
  let names: readonly string[] = [];
  let sorted: readonly string[] = [];
  return (headers) => {
    const present = Object.keys(headers);
    if (present.length !== names.length || !present.every((name, at) => name === names[at])) {
      names = present;
      sorted = inOrder(present.filter(isSigned));
    }
    return sorted;
  };
}

/** An insertion into place: there are a dozen names, nearly in order, and `sort` costs more than the hash behind it. */
function inOrder(names: readonly string[]): readonly string[] {
  const sorted: string[] = [];
  for (const name of names) {
    let at = sorted.length;
    for (let before = sorted[at - 1]; before !== undefined && before > name; before = sorted[at - 1]) {
      sorted[at] = before;
      at -= 1;
    }
    sorted[at] = name;
  }
  return sorted;
}
