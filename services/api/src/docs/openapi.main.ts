import { readFile, writeFile } from "node:fs/promises";
import { describeApi } from "./openapi.ts";

/** Writes docs/openapi.json; with --check says whether it is as the code has it. */
const file = new URL("../../../../docs/openapi.json", import.meta.url);
const manifest = new URL("../../package.json", import.meta.url);
const { version } = JSON.parse(await readFile(manifest, "utf8")) as { readonly version: string };
const text = await describeApi(version);

if (!process.argv.includes("--check")) await writeFile(file, text);
else if (text !== (await readFile(file, "utf8").catch(() => ""))) {
  process.stderr.write("docs/openapi.json is not as the code has it; run npm run docs\n");
  process.exitCode = 1;
}
