// Builds the native CRC-64 beside its source, where a C compiler is. Without one it says so and exits 0: the portable
// WebAssembly module does the work then, at half the speed.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const compiler = process.env.CC ?? "cc";

if (spawnSync(compiler, ["--version"], { stdio: "ignore" }).status !== 0) {
  console.log(`no C compiler (${compiler}): the WebAssembly CRC-64 stays in use`);
} else {
  const { include_dir: headers } = createRequire(import.meta.url)("node-api-headers");
  const folder = join(here, "build");
  mkdirSync(folder, { recursive: true });
  const built = join(folder, `crc64-${process.platform}-${process.arch}.node`);
  // Into place by rename: a process that is loading it sees the old one or the new one, never half; nor do two builds meet.
  const fresh = `${built}.${process.pid}`;
  const shared = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const flags = ["-O2", "-fPIC", ...shared, "-Wall", "-Wextra", "-Werror", "-I", headers];
  execFileSync(compiler, [...flags, "-o", fresh, join(here, "crc64.c")], { stdio: "inherit" });
  renameSync(fresh, built);
  console.log(`built ${built}`);
}
