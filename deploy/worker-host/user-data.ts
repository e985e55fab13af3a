// User data for cloud-init, on EC2 as on Alibaba Cloud's ECS. As a program:
//   node deploy/worker-host/user-data.ts --host host.yaml [--tunnel tunnel.yaml] [--bundle URL --sha256 SUM]
// With a bundle a plain Debian 12 image is provisioned first; without, the image was made by image.pkr.hcl.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

export interface HostFiles {
  readonly host: string;
  /** Absent: a gateway forwards for this host. */
  readonly tunnel?: string;
  /** What bundle.mjs made, where the host can fetch it. */
  readonly bundle?: { readonly url: string; readonly sha256: string };
  /** Further commands, each as words, after the host's services are asked to start. */
  readonly commands?: readonly (readonly string[])[];
}

/** The document for cloud-init: JSON is YAML, and quotes safely. No secret belongs into it; everybody on the host can read it. */
export function userData({ host, tunnel, bundle, commands = [] }: HostFiles): string {
  const files = [
    file("/etc/causeway/host.yaml", host),
    ...(tunnel === undefined ? [] : [file("/etc/causeway/tunnel.yaml", tunnel)]),
  ];
  const start = bundle === undefined ? [["causeway-host", "apply"]] : provision(bundle);
  return `#cloud-config\n${JSON.stringify({ write_files: files, runcmd: [...start, ...commands] }, undefined, 2)}\n`;
}

function file(path: string, content: string): object {
  return { path, permissions: "0644", content };
}

/** Fetch, compare, unpack, provision; the script applies the files at its end. A step that fails ends the rest. */
function provision({ url, sha256 }: { readonly url: string; readonly sha256: string }): readonly (readonly string[])[] {
  const script = [
    "set -euo pipefail",
    "command -v curl >/dev/null || { apt-get -q update && apt-get -q install -y --no-install-recommends curl ca-certificates; }",
    'curl --fail --silent --show-error --location --retry 5 --output /root/causeway-host.tar.gz "$1"',
    'echo "$2  /root/causeway-host.tar.gz" | sha256sum --check --quiet',
    "mkdir -p /opt/causeway && tar -xzf /root/causeway-host.tar.gz -C /opt/causeway && rm /root/causeway-host.tar.gz",
    "exec /opt/causeway/deploy/worker-host/provision.sh",
  ].join("\n");
  return [["bash", "-c", script, "provision", url, sha256]];
}

/** Reads the arguments; answers the document or a sentence that says what is wrong. */
function fromArguments(): { readonly text: string } | { readonly fault: string } {
  const { values } = parseArgs({
    options: {
      host: { type: "string" },
      tunnel: { type: "string" },
      bundle: { type: "string" },
      sha256: { type: "string" },
    },
  });
  const { host, tunnel, bundle, sha256 } = values;
  if (host === undefined) return { fault: "--host FILE is missing: the host.yaml of the host." };
  if ((bundle === undefined) !== (sha256 === undefined)) return { fault: "--bundle and --sha256 belong together." };
  if (bundle !== undefined && !bundle.startsWith("https://"))
    return { fault: "--bundle must be an https:// address; a presigned one of a bucket is." };
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    return { fault: "--sha256 must be 64 hexadecimal digits, as bundle.mjs prints them." };
  const text = userData({
    host: readFileSync(host, "utf8"),
    ...(tunnel === undefined ? {} : { tunnel: readFileSync(tunnel, "utf8") }),
    ...(bundle === undefined || sha256 === undefined ? {} : { bundle: { url: bundle, sha256 } }),
  });
  return { text };
}

if (import.meta.main) {
  try {
    const made = fromArguments();
    if ("text" in made) process.stdout.write(made.text);
    else throw new Error(made.fault);
  } catch (error) {
    process.stderr.write(`user-data: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
