import { comparedHeaders, type ObjectFacts } from "./sides.ts";

export interface MetadataRules {
  /** Characters of metadata names that OSS does not take are written as dashes. */
  readonly dashesNames: boolean;
}

/** What the copier adds of its own. */
const added = /^causeway-/;

/** Says what of an object's headers and user metadata did not arrive as it was; empty: all did. */
export function metadataDifferences(source: ObjectFacts, target: ObjectFacts, rules: MetadataRules): string[] {
  const differences: string[] = [];
  for (const name of comparedHeaders) {
    const [from, to] = [source.headers[name], target.headers[name]];
    // Both stores give an object without a type this one.
    const same = (from ?? "") === (to ?? "") || (from === undefined && to === "application/octet-stream");
    if (!same) differences.push(`${name} is ${shown(to)} instead of ${shown(from)}`);
  }
  const expected = new Map(
    Object.entries(source.userMetadata).map(([name, value]) => [
      rules.dashesNames ? name.replace(/[^a-z0-9-]/gi, "-") : name,
      value,
    ]),
  );
  for (const [name, value] of expected) {
    const there = target.userMetadata[name];
    if (!sameText(value, there)) differences.push(`metadata ${name} is ${shown(there)} instead of ${shown(value)}`);
  }
  for (const name of Object.keys(target.userMetadata)) {
    if (!expected.has(name) && !added.test(name)) differences.push(`metadata ${name} is not at the source`);
  }
  return differences;
}

/** Header values travel as Latin-1; both stores may hold UTF-8 in them. */
function sameText(source: string, target: string | undefined): boolean {
  return target === source || (target !== undefined && Buffer.from(target, "latin1").toString("utf8") === source);
}

function shown(value: string | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
