/** The media type among `offered` that an Accept header names first; undefined: none by its name. */
export function preferredType<const T extends string>(accept: string, offered: readonly T[]): T | undefined {
  const named = accept.split(",").map((entry) => entry.split(";")[0]?.trim().toLowerCase());
  return named.flatMap((type) => offered.find((offer) => offer === type) ?? [])[0];
}
