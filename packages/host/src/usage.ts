import { parseArgs } from "node:util";
import { relaySocket } from "@causeway/tunnel/render/units.ts";

/** What was asked for on the command line. */
export type Asked =
  | { readonly command: "apply"; readonly from: string; readonly into: string; readonly services: "start" | "leave" }
  | { readonly command: "load-secrets" | "load-keys"; readonly from: string }
  | { readonly command: "doctor"; readonly from: string; readonly json: boolean }
  | { readonly command: "watch-scale-in"; readonly metadata: string }
  | { readonly command: "relay"; readonly listen: string }
  | { readonly command: "metrics"; readonly socket: string }
  | { readonly command: "publish-backlog" }
  | { readonly command: "help" }
  | { readonly command: "wrong"; readonly sentence: string };

export const usage = `causeway-host COMMAND

  apply            write what host.yaml and tunnel.yaml in /etc/causeway ask for, and start this host's services
      --into DIR   write the files below DIR and start nothing
      --files-only  write the files and start nothing
  load-secrets     fetch the worker's secrets into memory (causeway-secrets.service does it)
  load-keys        hand charon the pre-shared keys (strongswan.service does it at each start)
  doctor           look at the whole host; say what is wrong and what to do
      --json       as one line of JSON
  relay            let others read how the tunnel is, and no more of charon (causeway-relay.service does it)
      --socket PATH  where they read; /run/causeway-relay/vici unless told otherwise
  metrics          serve how the tunnel is and what the guard refused, where no worker does (causeway-metrics.service does it)
      --socket PATH  the relay's; HEALTH_HOST and HEALTH_PORT in the environment say where it is served
  watch-scale-in   stop the worker when the Auto Scaling group takes this host away (causeway-scale-in.service does it)
      --metadata URL  the metadata service; http://169.254.169.254 unless told otherwise
  publish-backlog  print every minute, as a metric for CloudWatch, how many tasks are open; docs/network.md has its settings

  --config DIR     the folder of host.yaml and tunnel.yaml; /etc/causeway unless told otherwise
`;

/** Reads the command line. */
export function readArguments(words: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        config: { type: "string", default: "/etc/causeway" },
        into: { type: "string", default: "/" },
        "files-only": { type: "boolean", default: false },
        metadata: { type: "string", default: "http://169.254.169.254" },
        socket: { type: "string", default: relaySocket },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
    const [command = "", ...more] = positionals;
    if (values.help) return { command: "help" };
    if (more.length > 0) return { command: "wrong", sentence: `${more.join(" ")}: one command at a time.` };
    return commandOf(command, values);
  } catch (error) {
    return { command: "wrong", sentence: error instanceof Error ? error.message : String(error) };
  }
}

interface Options {
  readonly config: string;
  readonly into: string;
  readonly json: boolean;
  readonly metadata: string;
  readonly socket: string;
  readonly "files-only": boolean;
}

function commandOf(command: string, options: Options): Asked {
  const { config: from, into, json, metadata, socket, "files-only": filesOnly } = options;
  switch (command) {
    case "relay":
      return { command, listen: socket };
    case "metrics":
      return { command, socket };
    case "apply":
      return { command, from, into, services: filesOnly ? "leave" : "start" };
    case "load-secrets":
    case "load-keys":
      return { command, from };
    case "doctor":
      return { command, from, json };
    case "watch-scale-in":
      return { command, metadata };
    case "publish-backlog":
    case "help":
      return { command };
    case "":
      return { command: "wrong", sentence: "which command?" };
    default:
      return { command: "wrong", sentence: `${command}: there is no such command.` };
  }
}
