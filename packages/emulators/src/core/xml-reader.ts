/** An element of a request's body. Attributes and namespaces mean nothing to the stores and are not kept. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Text directly inside the element, references resolved. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const MARKUP =
  /<(?:\?[^?]*\?>|!--[\s\S]*?-->|!\[CDATA\[([\s\S]*?)\]\]>|(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>)/gu;
const REFERENCES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Reads a document; undefined where it is not well-formed. Knows no DTD, so no entity of the sender's is ever expanded. */
export function readXml(source: string): XmlElement | undefined {
  const document: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [document];
  let position = 0;
  for (const match of source.matchAll(MARKUP)) {
    const current = open.at(-1);
    if (current === undefined || !addText(current, source.slice(position, match.index))) return undefined;
    position = match.index + match[0].length;
    const [, cdata, closing, name, , selfClosing] = match;
    if (cdata !== undefined) current.text += cdata;
    if (name === undefined) continue;
    if (closing === "/") {
      if (current.name !== name || open.length === 1) return undefined;
      open.pop();
      continue;
    }
    const element: OpenElement = { name, children: [], text: "" };
    current.children.push(element);
    if (selfClosing !== "/") open.push(element);
  }
  const [root, second] = document.children;
  const isWhole = open.length === 1 && second === undefined && (document.text + source.slice(position)).trim() === "";
  return isWhole ? root : undefined;
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the first child of that name. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text;
}

function addText(element: OpenElement, raw: string): boolean {
  if (raw === "") return true;
  if (raw.includes("<")) return false;
  if (!raw.includes("&")) {
    element.text += raw;
    return true;
  }
  let wellFormed = true;
  element.text += raw.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+)?(;?)/gu, (_, reference = "", end) => {
    const resolved = end === ";" ? resolve(String(reference)) : undefined;
    if (resolved === undefined) wellFormed = false;
    return resolved ?? "";
  });
  return wellFormed;
}

function resolve(reference: string): string | undefined {
  if (!reference.startsWith("#")) return REFERENCES[reference];
  const hexadecimal = reference.startsWith("#x");
  const code = Number.parseInt(reference.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}
