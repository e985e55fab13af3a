import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { addTunnelCheck } from "./check.ts";
import { addTunnelConvert } from "./convert.ts";
import { addTunnelRender } from "./render.ts";
import { addTunnelStatus } from "./status.ts";

/** `causeway tunnel`: the private path of a host, from its description to its state. */
export function addTunnel(program: Command, context: CliContext): void {
  const tunnel = program
    .command("tunnel")
    .description("the private path to OSS: files for a host, and how it is doing");
  addTunnelRender(tunnel, context);
  addTunnelCheck(tunnel, context);
  addTunnelConvert(tunnel, context);
  addTunnelStatus(tunnel, context);
}
