import { stripTypeScriptTypes } from "node:module";

/** Makes JavaScript of a module in TypeScript, by what Node itself does with every file of this product. */
export function javaScriptOf(typeScript: string): string {
  return quietly(() => stripTypeScriptTypes(typeScript, { mode: "strip" }));
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
