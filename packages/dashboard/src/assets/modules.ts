import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Asset, hashedAsset } from "./asset.ts";
import { javaScriptOf } from "./strip.ts";

const require = createRequire(import.meta.url);

/** The vendors' own files for browsers, smallest first choice; each is one module. */
const vendors: Readonly<Record<string, { readonly file: string; readonly append?: string }>> = {
  preact: { file: "preact/dist/preact.mjs" },
  "preact/hooks": { file: "preact/hooks/dist/hooks.mjs" },
  "@preact/signals": { file: "@preact/signals/dist/signals.mjs" },
  "@preact/signals-core": { file: "@preact/signals-core/dist/signals-core.mjs" },
  htm: { file: "htm/dist/htm.mjs" },
  // Its module form is three times as large; the minified form is a script that declares a variable.
  uplot: { file: "uplot/dist/uPlot.iife.min.js", append: "\nexport default uPlot;\n" },
};

/** A statement that names another module, at its line's beginning or after a statement of a minified file. */
const statement = /((?:^|[;}])\s*(?:import|export)\b[^"'()]*?\bfrom\s*")([^"]+)(")/gm;

/**
 * Makes assets of a module and of every module that it imports, in the order in which a browser needs them: the module
 * itself is the last. Imports name the hashed paths, so a changed module changes those that import it.
 */
export function moduleAssets(entry: string): readonly Asset[] {
  const made = new Map<string, Asset>();
  const underway = new Set<string>();

  const make = (file: string, append = ""): Asset => {
    const known = made.get(file);
    if (known !== undefined) return known;
    if (underway.has(file)) throw new Error(`${file} imports itself by way of others; browsers could keep neither`);
    underway.add(file);
    const text = readFileSync(file, "utf8");
    const code = file.endsWith(".ts") ? javaScriptOf(text) : text.replace(/^\/\/# sourceMappingURL=.*$/m, "");
    const linked = code.replace(statement, (_whole, before: string, specifier: string, after: string) => {
      const vendor = vendors[specifier];
      const path = vendor === undefined ? fileOf(specifier, file) : nodeModule(vendor.file);
      return `${before}${make(path, vendor?.append).path}${after}`;
    });
    const asset = hashedAsset(nameOf(file), "text/javascript; charset=utf-8", linked + append);
    made.set(file, asset);
    return asset;
  };

  make(entry);
  return [...made.values()];
}

function fileOf(specifier: string, importer: string): string {
  if (specifier.startsWith(".")) return join(dirname(importer), specifier);
  if (specifier.startsWith("@causeway/")) return fileURLToPath(import.meta.resolve(specifier));
  throw new Error(`${importer} imports ${specifier}, which is no vendor of the page; name its file for browsers`);
}

/** The path of a file in `node_modules`, also where the package does not export it. */
function nodeModule(path: string): string {
  for (const folder of require.resolve.paths(path) ?? []) {
    const candidate = join(folder, path);
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`${path} is not installed; run npm ci`);
}

function nameOf(file: string): string {
  return basename(file).replace(/(\.min)?\.(ts|mjs|js)$/, ".js");
}
