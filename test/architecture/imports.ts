import { dirname, join, normalize } from "node:path/posix";

/** What one statement of a file imports. */
export interface Import {
  /** As importers of other packages would name it: `shared/domain/x.ts`, `node:path`. */
  readonly specifier: string;
  readonly typesOnly: boolean;
  /** The names between the braces; empty for other forms. */
  readonly names: readonly string[];
}

// Statements begin their line; only import() may stand anywhere.
const statement =
  /^\s*(?:import|export)\s+(type\s)?([^"';=()]*?)\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\s*\(\s*"([^"]+)"/gm;

/** Finds the imports of a source file. `code` is its content without comments. */
export function* importsOf(file: string, code: string): Generator<Import> {
  for (const [, type, clause = "", from, bare, called] of code.matchAll(statement)) {
    const specifier = from ?? bare ?? called ?? "";
    const names = /\{([^}]*)\}/.exec(clause)?.[1]?.split(",") ?? [];
    yield {
      specifier: specifier.startsWith(".")
        ? shortened(normalize(join(dirname(file), specifier)))
        : specifier.replace("@causeway/", ""),
      typesOnly: type !== undefined,
      names: names
        .map(
          (name) =>
            name
              .replace(/^\s*type\s/, "")
              .trim()
              .split(/\s/)[0] ?? "",
        )
        .filter((name) => name !== ""),
    };
  }
}

/** Paths of packages as importers name them: `packages/shared/src/domain/x.ts` is `shared/domain/x.ts`. */
export function shortened(path: string): string {
  return path.replace(/^packages\/([^/]+)\/src\//, "$1/");
}

/** Drops comments. A `//` inside a string counts only after white space, so that addresses survive. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
