import type { Packet } from "../vici/packet.ts";

/** The relay's own command: how many packets the guard refused, or why that is not known. charon knows none of that name. */
export const refusedCommand = "refused-packets";

/** Commands that change nothing and tell no secret: how the tunnels are, which there are, who answers. */
const requests: ReadonlySet<string> = new Set(["version", "list-sas", "list-conns"]);
/** The events in which those commands answer, and those of tunnels that come and go. charon's log is not among them. */
const events: ReadonlySet<string> = new Set(["list-sa", "list-conn", "ike-updown", "child-updown", "child-rekey"]);

/** Whether a reader's packet may go to charon. */
export function readable({ kind, name }: Packet): boolean {
  switch (kind) {
    case "request":
      return requests.has(name);
    case "register":
    case "unregister":
      return events.has(name);
    case "response":
    case "unknown-command":
    case "confirm":
    case "unknown-event":
    case "event":
      return false;
    default:
      return kind satisfies never;
  }
}
