import { stripTypeScriptTypes } from "node:module";

/** Makes JavaScript of a module in TypeScript, by what Node itself does with every file of this product. */
export function javaScriptOf(typeScript: string): string {
  return withoutComments(quietly(() => stripTypeScriptTypes(typeScript, { mode: "strip" })));
}

/** Drops comments that have lines of their own, the blanks where types stood, and empty lines: a fifth of the text. */
function withoutComments(code: string): string {
  return code
    .replace(/^\s*\/\*\*[\s\S]*?\*\/$/gm, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{2,}/g, "\n");
}

/** Node prints a warning that this function is experimental, though it runs all of us by it: nothing that an operator must read. */
function quietly<T>(work: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
