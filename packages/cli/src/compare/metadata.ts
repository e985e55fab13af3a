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

/** Both stores may hold UTF-8, and either may show it as RFC 2047 words; what counts is the text that it means. */
function sameText(source: string, target: string | undefined): boolean {
  return target !== undefined && (target === source || meant(target) === meant(source));
}

/** RFC 2047, section 2: `=?charset?encoding?text?=`. Whitespace between two such words belongs to neither (6.2). */
const word = /=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=(?:\s+(?==\?[^?\s]+\?[bq]\?[^?\s]*\?=))?/gi;
const charsets: Readonly<Record<string, "utf8" | "latin1">> = {
  "utf-8": "utf8",
  "us-ascii": "latin1",
  "iso-8859-1": "latin1",
};

/** The text that a header's value means: its words decoded, or the UTF-8 that travelled as Latin-1 read as such. */
function meant(value: string): string {
  // A character may be cut in two between words, so neighbours of one charset are decoded as one run of bytes.
  let [text, end] = ["", 0];
  let run: { readonly charset: "utf8" | "latin1"; readonly bytes: Buffer } | undefined;
  const flush = () => {
    text += run?.bytes.toString(run.charset) ?? "";
    run = undefined;
  };
  for (const found of value.matchAll(word)) {
    const [whole, name = "", encoding = "", coded = ""] = found;
    const charset = charsets[name.toLowerCase()];
    if (charset === undefined) continue;
    if (found.index > end || (run !== undefined && run.charset !== charset)) flush();
    text += unworded(value.slice(end, found.index));
    const bytes = encoding.toUpperCase() === "B" ? Buffer.from(coded, "base64") : quoted(coded);
    run = { charset, bytes: Buffer.concat([run?.bytes ?? Buffer.alloc(0), bytes]) };
    end = found.index + whole.length;
  }
  flush();
  return text + unworded(value.slice(end));
}

/** RFC 2047, section 4.2: an underscore is a space, `=E6` a byte. */
function quoted(text: string): Buffer {
  const bytes = text.replaceAll("_", " ").replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => {
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
  return Buffer.from(bytes, "latin1");
}

/** Node and the SDKs show a header's bytes as Latin-1; where they are UTF-8, they were meant so. */
function unworded(text: string): string {
  if (/[^\u0000-\u00ff]/.test(text)) return text;
  const read = Buffer.from(text, "latin1").toString("utf8");
  return read.includes("\ufffd") ? text : read;
}

function shown(value: string | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
