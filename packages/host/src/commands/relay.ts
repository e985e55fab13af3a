import { once } from "node:events";
import { createRefusedReader } from "@causeway/tunnel/link/guard-counters.ts";
import { openRelay } from "@causeway/tunnel/relay/relay.ts";
import { type ExitCode, type HostContext, charonSocket } from "../host-context.ts";

/** Lets whoever may open `listen` read how the tunnel is and what the guard refused, until `stopping` is aborted. */
export async function relay(
  listen: string,
  { say, complain, stopping }: Pick<HostContext, "say" | "complain" | "stopping">,
): Promise<ExitCode> {
  try {
    const open = await openRelay({ charon: charonSocket, listen, refused: createRefusedReader() });
    say(`readers are heard at ${listen}`);
    if (!stopping.aborted) await once(stopping, "abort");
    open.close();
    return 0;
  } catch (error) {
    complain(`${listen} cannot be listened at: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
