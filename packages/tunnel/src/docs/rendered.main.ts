import { readFile, readdir, writeFile } from "node:fs/promises";
import { readTunnel } from "../model/read-tunnel.ts";
import { faultLine } from "../model/yaml-lines.ts";
import { printFiles } from "../render/files.ts";
import { renderTunnel } from "../render/render-tunnel.ts";

/** Writes, beside every example of tunnel.yaml, the files that it becomes; with --check says which are not as the code has them. */
const examples = new URL("../../examples/", import.meta.url);

for (const name of (await readdir(examples)).filter((name) => name.endsWith(".yaml")).sort()) {
  const reading = readTunnel(await readFile(new URL(name, examples), "utf8"), name);
  const text = reading.ok ? printFiles(renderTunnel(reading.tunnel)) : reading.faults.map(faultLine).join("\n");
  await keep(new URL(name.replace(/\.yaml$/, ".rendered.txt"), examples), text);
}

async function keep(url: URL, text: string): Promise<void> {
  const standing = await readFile(url, "utf8").catch(() => "");
  if (!process.argv.includes("--check")) await writeFile(url, text);
  else if (text !== standing) {
    process.stderr.write(`${url.pathname} is not as the code has it; run npm run docs\n`);
    process.exitCode = 1;
  }
}
