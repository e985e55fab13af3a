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
      sorted = present.filter(isSigned).sort();
    }
    return sorted;
  };
}
