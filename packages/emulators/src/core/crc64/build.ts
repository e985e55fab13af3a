import { readFile, writeFile } from "node:fs/promises";

import wabt from "wabt";

/** Assembles `crc64.wat` and answers the text of `module.ts`, which carries the module as base64. */
export async function assemble(): Promise<string> {
  const assembler = await wabt();
  const parsed = assembler.parseWat("crc64.wat", await readFile(new URL("crc64.wat", import.meta.url)));
  const { buffer } = parsed.toBinary({ write_debug_names: false });
  parsed.destroy();
  const base64 = Buffer.from(buffer).toString("base64");
  const lines = base64.match(/.{1,100}/gu) ?? [];
  const text = lines.map((line) => `  "${line}",`).join("\n");
  return `/** \`crc64.wat\`, assembled by \`node build.ts\` in this folder. */\nexport const moduleBase64 = [\n${text}\n].join("");\n`;
}

if (import.meta.main) await writeFile(new URL("module.ts", import.meta.url), await assemble());
