// npm run docs [-- --check]: writes the documents that are generated from the code. Every generator is a program
// src/docs/*.main.ts of the workspace that knows the facts; it writes its document, or with --check fails where that differs.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { foreground, say } from "./processes.mjs";

const { node, env } = prepare({ redis: false });
let failures = 0;
for (const generator of generators()) {
  const code = await foreground(node, [generator, ...process.argv.slice(2)], { cwd: root, env });
  say(`${generator}: ${code === 0 ? "ok" : "FAILED"}`);
  if (code !== 0) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;

function generators() {
  return ["packages", "services"].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((workspace) => {
      const folder = join(group, workspace, "src", "docs");
      if (!existsSync(join(root, folder))) return [];
      const programs = readdirSync(join(root, folder)).filter((name) => name.endsWith(".main.ts"));
      return programs.map((name) => join(folder, name));
    }),
  );
}
