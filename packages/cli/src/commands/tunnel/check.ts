import { checkHost } from "@causeway/tunnel/host/check-host.ts";
import { readHostFacts } from "@causeway/tunnel/host/this-host.ts";
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { withExamples } from "../../examples.ts";
import { readTunnelFile } from "./read-file.ts";

/** `causeway tunnel check FILE`: whether the file is right, and whether this host can hold the tunnel. */
export function addTunnelCheck(tunnel: Command, context: CliContext): void {
  const command = tunnel
    .command("check")
    .argument("<file>", "tunnel.yaml")
    .option("--json", "print the findings as JSON")
    .description("look whether a tunnel.yaml is right and this host can hold the tunnel")
    .action(async (file: string, options: { readonly json?: boolean }) => {
      const findings = checkHost(await readTunnelFile(file, context), await readHostFacts());
      const failed = findings.some(({ state }) => state === "failure");
      if (options.json === true) context.say(JSON.stringify({ ok: !failed, findings }));
      else {
        context.say(`ok       ${file} is right.`);
        for (const { state, says, cure } of findings) context.say([state.padEnd(8), says, cure].join(" ").trimEnd());
      }
      if (failed) context.endWith(1);
    });
  withExamples(command, ["causeway tunnel check /etc/causeway/tunnel.yaml"]);
}
