import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type RenderedFile, printFiles } from "@causeway/tunnel/render/files.ts";
import { renderTunnel } from "@causeway/tunnel/render/render-tunnel.ts";
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { withExamples } from "../../examples.ts";
import { refusal } from "../../refusal.ts";
import { readTunnelFile } from "./read-file.ts";

interface RenderOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** `causeway tunnel render FILE`: every file that a host of this tunnel needs. */
export function addTunnelRender(tunnel: Command, context: CliContext): void {
  const command = tunnel
    .command("render")
    .argument("<file>", "tunnel.yaml")
    .option("--out <folder>", "write the files below this folder; / puts them where they belong")
    .option("--json", "print path, mode and text of each file as JSON")
    .description("make swanctl.conf, the guard, routes, sysctl and systemd units of a tunnel.yaml")
    .action(async (file: string, options: RenderOptions) => {
      const files = renderTunnel(await readTunnelFile(file, context));
      if (options.out !== undefined) await writeBelow(options.out, files);
      if (options.json === true) context.say(JSON.stringify(files));
      else if (options.out === undefined) context.print(printFiles(files));
      else for (const { path } of files) context.say(join(options.out, path));
    });
  withExamples(command, ["causeway tunnel render tunnel.yaml", "causeway tunnel render tunnel.yaml --out /"]);
}

async function writeBelow(folder: string, files: readonly RenderedFile[]): Promise<void> {
  for (const { path, mode, text } of files) {
    const place = join(folder, path);
    try {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text);
      // The mode of writeFile is for new files only, and subject to the umask.
      await chmod(place, mode);
    } catch (error) {
      throw refusal(`${place} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
