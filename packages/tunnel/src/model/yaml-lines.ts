import {
  type Document,
  LineCounter,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  parseAllDocuments,
  visit,
} from "yaml";

/** Something wrong in a file that a person wrote. */
export interface FileFault {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, as a sentence. */
  readonly says: string;
  /** What to do about it, as a sentence. */
  readonly cure: string;
}

/** The fault in one line, its place first, as editors and terminals read it. */
export function faultLine({ file, line, says, cure }: FileFault): string {
  return `${file}:${line}: ${says} ${cure}`;
}

/** A parsed YAML document that knows its lines. */
export interface YamlFile {
  readonly value: unknown;
  /** The line of what stands at `path`: of its key where it has one. What is absent has the line of what should hold it. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

export type YamlReading =
  | { readonly ok: true; readonly yaml: YamlFile }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

/** Parses the one YAML document in `text`. */
export function readYaml(text: string, file: string): YamlReading {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })];
  const [document, second] = documents;
  const refused = (line: number, says: string, cure: string): YamlReading => ({
    ok: false,
    faults: [{ file, line, says, cure }],
  });
  if (document === undefined) return refused(1, "The file is empty.", "Start from an example in docs/tunnel.md.");
  if (second !== undefined) {
    return refused(lineAt(second.range[0]), "A second document begins here.", "Keep one tunnel in a file.");
  }
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    const faults = broken.map(({ message, pos }) => ({ file, line: lineAt(pos[0]), ...notYaml(message) }));
    return { ok: false, faults };
  }
  const alias = firstAlias(document);
  if (alias !== undefined) return refused(lineAt(alias), "An alias (*name) stands here.", "Write the value out.");
  return { ok: true, yaml: { value: document.toJS(), lineOf: (path) => lineAt(offsetOf(document, path)) } };
}

function notYaml(message: string): Pick<FileFault, "says" | "cure"> {
  return { says: `This is not YAML: ${message.replace(/\.$/, "")}.`, cure: "Look at the indentation and the quotes." };
}

function firstAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, node) => {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let offset = startOf(document.contents) ?? 0;
  let node: unknown = document.contents;
  for (const step of path) {
    if (!isCollection(node)) break;
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const next = pair?.value ?? node.get(step, true);
    const found = startOf(pair?.key) ?? startOf(next);
    if (found === undefined) break;
    offset = found;
    node = next;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) && !isAlias(node) ? node.range?.[0] : undefined;
}
