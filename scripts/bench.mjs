// npm run bench -- NAME [--json]: one benchmark, bench/NAME.ts.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { foreground, say } from "./processes.mjs";

const folder = join(root, "bench");
const [name = "", ...rest] = process.argv.slice(2);
const file = join(folder, `${name}.ts`);

if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(file)) {
  const names = readdirSync(folder).flatMap((entry) => /^([a-z-]+)\.ts$/.exec(entry)?.[1] ?? []);
  say(`which benchmark? npm run bench -- NAME [--json], where NAME is one of: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  const { node, env } = prepare({ redis: true });
  process.exitCode = await foreground(node, [file, ...rest], { cwd: root, env });
}
