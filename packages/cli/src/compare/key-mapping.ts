/** How a job names its objects at the target, told again in the comparer's own words. */
export interface KeyMapping {
  readonly sourcePrefix: string;
  readonly targetPrefix: string;
  /** One slash or backslash in front of a target key is taken away. */
  readonly stripsLeadingSlash: boolean;
}

/** Where an object of the source has to be. */
export function expectedKey(sourceKey: string, mapping: KeyMapping): string {
  const plain = `${mapping.targetPrefix}${sourceKey.substring(mapping.sourcePrefix.length)}`;
  const isStripped = mapping.stripsLeadingSlash && (plain[0] === "/" || plain[0] === "\\");
  return isStripped ? plain.substring(1) : plain;
}

/** Compares keys as both stores order them: by their UTF-8 bytes. */
export function byteOrder(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one, "utf8"), Buffer.from(other, "utf8"));
}
