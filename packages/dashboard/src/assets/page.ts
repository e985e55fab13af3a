import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Asset, assetAt, hashedAsset } from "./asset.ts";
import { moduleAssets } from "./modules.ts";

export type { Asset };

/** The dashboard as files to serve. */
export interface Page {
  /** What `/` answers; it names all the others. */
  readonly index: Asset;
  /** Everything else, by path; a path's content never changes. */
  readonly assets: ReadonlyMap<string, Asset>;
}

/**
 * Reads the dashboard from its sources: types are stripped, imports are linked to hashed paths. Takes a few tenths of a
 * second; there is nothing to build before.
 */
export function readPage(): Page {
  const modules = moduleAssets(source("main.ts"));
  const charts = readFileSync(createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css"), "utf8");
  const style = hashedAsset("style.css", "text/css; charset=utf-8", charts + styleText());
  const icon = hashedAsset("icon.svg", "image/svg+xml", readFileSync(source("icon.svg"), "utf8"));
  const index = readFileSync(source("index.html"), "utf8")
    .replace("{style}", style.path)
    .replace("{icon}", icon.path)
    .replace("{main}", modules.at(-1)?.path ?? "")
    // All modules are asked for at once, instead of each after the one that imports it.
    .replace("{modules}", modules.map(({ path }) => `<link rel="modulepreload" href="${path}" />`).join("\n    "));
  const assets = [...modules, style, icon];
  return {
    index: assetAt("/", "text/html; charset=utf-8", index),
    assets: new Map(assets.map((asset) => [asset.path, asset])),
  };
}

function styleText(): string {
  return ["base", "parts", "views"].map((name) => readFileSync(source(`style/${name}.css`), "utf8")).join("\n");
}

function source(name: string): string {
  return fileURLToPath(new URL(`../page/${name}`, import.meta.url));
}
