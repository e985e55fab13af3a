/** How a job names its objects at the target, told again in the comparer's own words. */
export interface KeyMapping {
  readonly sourcePrefix: string;
  readonly targetPrefix: string;
  /** Slashes and backslashes in front of a target key are taken away. */
  readonly stripsLeadingSlash: boolean;
}

/** Where an object of the source has to be. */
export function expectedKey(sourceKey: string, mapping: KeyMapping): string {
  const plain = `${mapping.targetPrefix}${sourceKey.substring(mapping.sourcePrefix.length)}`;
  if (!mapping.stripsLeadingSlash) return plain;
  let start = 0;
  while (plain[start] === "/" || plain[start] === "\\") start += 1;
  return plain.substring(start);
}

/** Compares keys as both stores order them: by their UTF-8 bytes. */
export function byteOrder(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one, "utf8"), Buffer.from(other, "utf8"));
}
