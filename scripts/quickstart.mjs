// npm run quickstart: a whole migration on this machine, compared at the end.

import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { foreground } from "./processes.mjs";

const { node, env } = prepare({ redis: true });
const command = join(root, "packages", "cli", "src", "main.ts");
process.exitCode = await foreground(node, [command, "quickstart", ...process.argv.slice(2)], { cwd: root, env });
