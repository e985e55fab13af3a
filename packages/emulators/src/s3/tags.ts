import type { StoredObject } from "../core/bucket.ts";
import { xmlElement } from "../core/xml-writer.ts";
import { textOf, type XmlElement } from "../core/xml-reader.ts";
import { refuse } from "./refusal.ts";

type Tags = StoredObject["tags"];

const MAX_TAGS = 10;
/** Letters of any script, digits, spaces and `+ - = . _ : / @` ("Categorizing your storage using tags"). */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Tags as `x-amz-tagging` carries them: a URL query. */
export function readTagging(header: string | undefined): Tags {
  if (header === undefined || header === "") return [];
  return checked([...new URLSearchParams(header)]);
}

/** Tags of a `<Tagging>` document. */
export function readTagSet(document: XmlElement): Tags {
  const set = document.children.find(({ name }) => name === "TagSet");
  if (set === undefined) throw refuse("MalformedXML");
  return checked(set.children.map((tag) => [textOf(tag, "Key") ?? "", textOf(tag, "Value") ?? ""]));
}

export function tagSetXml(tags: Tags): string {
  const inner = tags.map(([name, value]) => `<Tag>${xmlElement("Key", name)}${xmlElement("Value", value)}</Tag>`);
  return `<TagSet>${inner.join("")}</TagSet>`;
}

function checked(tags: Tags): Tags {
  const names = new Set(tags.map(([name]) => name));
  if (tags.length > MAX_TAGS) throw refuse("InvalidTag", { message: "Object tags cannot be greater than 10" });
  if (names.size < tags.length)
    throw refuse("InvalidTag", { message: "Cannot provide multiple Tags with the same key" });
  for (const [name, value] of tags) {
    if (name === "" || name.length > 128 || !TAG_TEXT.test(name))
      throw refuse("InvalidTag", { elements: { TagKey: name } });
    if (value.length > 256 || !TAG_TEXT.test(value)) throw refuse("InvalidTag", { elements: { TagValue: value } });
  }
  return tags;
}
