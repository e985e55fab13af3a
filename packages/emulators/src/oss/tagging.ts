import { MAX_TAG_NAME_LENGTH, MAX_TAG_VALUE_LENGTH, MAX_TAGS } from "./limits.ts";
import { decodePercent } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { childOf, readXml, textOf } from "../core/xml-reader.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

export type Tags = readonly (readonly [name: string, value: string])[];

const ALLOWED = /^[A-Za-z0-9 +\-=._:/]*$/u;

/** Reads `x-oss-tagging`: `name=value` pairs or bare names, URL-encoded, joined by `&`. */
export function readTaggingHeader(header: string | undefined): Tags {
  if (header === undefined || header === "") return [];
  const tags = header.split("&").map((pair): readonly [string, string] => {
    const [name, value, excess] = pair.split("=").map((text) => decodePercent(text.replaceAll("+", " ")));
    if (name === undefined || excess !== undefined) throw refuse("InvalidTag", { ec: "0010-00000219" });
    return [name, value ?? ""];
  });
  return checkTags(tags);
}

/** Reads the body of PutObjectTagging. */
export function readTaggingDocument(source: string): Tags {
  const set = childOf(readXml(source), "TagSet");
  if (set === undefined) throw refuse("MalformedXML");
  const tags = set.children.map((tag): readonly [string, string] => {
    const name = textOf(tag, "Key");
    const value = textOf(tag, "Value");
    if (tag.name !== "Tag" || name === undefined || value === undefined) throw refuse("MalformedXML");
    return [name, value];
  });
  return checkTags(tags);
}

export function taggingDocument(tags: Tags): Buffer {
  const set = tags.map(([name, value]) => `<Tag>${xmlElement("Key", name)}${xmlElement("Value", value)}</Tag>`);
  return xmlDocument("Tagging", `<TagSet>${set.join("")}</TagSet>`);
}

function checkTags(tags: Tags): Tags {
  if (tags.length > MAX_TAGS) throw refuse("InvalidTag", { ec: "0010-00000218" });
  for (const [name, value] of tags) {
    const fits = name.length > 0 && name.length <= MAX_TAG_NAME_LENGTH && value.length <= MAX_TAG_VALUE_LENGTH;
    if (!fits || !ALLOWED.test(name) || !ALLOWED.test(value)) throw refuse("InvalidTag");
  }
  if (new Set(tags.map(([name]) => name)).size !== tags.length) throw refuse("InvalidTag");
  return tags;
}
