/** Settings of strongSwan, by name, nested as its sections are. */
export interface Section {
  readonly [name: string]: string | Section;
}

/** Writes settings one per line, as strongSwan's parser needs them: on one line the second would belong to the first's value. */
export function sections(section: Section, indent = ""): string {
  return Object.entries(section)
    .map(([name, value]) =>
      typeof value === "string"
        ? `${indent}${name} = ${value}\n`
        : `${indent}${name} {\n${sections(value, `${indent}  `)}${indent}}\n`,
    )
    .join("");
}
