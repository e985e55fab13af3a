const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// A carriage return read from XML becomes a line feed unless it is written as a reference; other control characters
// are legal in keys but not in XML 1.0: as a reference they at least stay recognisable (clients ask for encoding-type=url).
const TO_ESCAPE = /[&<>"\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/gu;
const NEEDS_ESCAPE = /[&<>"\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/u;

export function escapeXml(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  return text.replace(TO_ESCAPE, (character) => ESCAPES[character] ?? `&#${character.charCodeAt(0)};`);
}

/** An element that holds text. */
export function xmlElement(name: string, text: string | number | boolean): string {
  return `<${name}>${typeof text === "string" ? escapeXml(text) : text}</${name}>`;
}

/** A whole document: the root and, already as XML, what is in it. */
export function xmlDocument(root: string, inner: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner}</${root}>`, "utf8");
}
