import { access, readFile, readdir } from "node:fs/promises";
import { networkInterfaces, release } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type KernelEvidence, parseKernelOptions, parseModuleNames } from "./kernel.ts";

/** What there is to know about the host before a tunnel is set up on it. */
export interface HostFacts {
  readonly kernel: KernelEvidence;
  /** The host's own IPv4 addresses. */
  readonly addresses: readonly string[];
  /** Programs that the tunnel needs and the host does not have, with the Debian packages that bring them. */
  readonly missingPrograms: readonly Program[];
  /** Whether /dev/net/tun is there. */
  readonly tunDevice: "there" | "missing";
}

export interface Program {
  readonly path: string;
  readonly package: string;
}

const programs: readonly Program[] = [
  { path: "/usr/sbin/charon-systemd", package: "charon-systemd" },
  { path: "/usr/sbin/swanctl", package: "strongswan-swanctl" },
  { path: "/usr/sbin/nft", package: "nftables" },
  { path: "/usr/sbin/ip", package: "iproute2" },
];

/** Looks at the host that this process runs on. Nothing is changed; what cannot be read is undefined. */
export async function readHostFacts(): Promise<HostFacts> {
  const found = await Promise.all(programs.map(({ path }) => exists(path)));
  return {
    kernel: await kernelEvidence(release()),
    addresses: Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address }) => address),
    missingPrograms: programs.filter((_, index) => found[index] !== true),
    tunDevice: (await exists("/dev/net/tun")) ? "there" : "missing",
  };
}

async function kernelEvidence(version: string): Promise<KernelEvidence> {
  const modules = join("/lib/modules", version);
  const [loaded, shown, dependencies, builtIn, options] = await Promise.all([
    textOf("/proc/modules"),
    readdir("/sys/module").catch(() => undefined),
    textOf(join(modules, "modules.dep")),
    textOf(join(modules, "modules.builtin")),
    kernelOptions(version),
  ]);
  const inUse = loaded?.split("\n").map((line) => line.split(" ")[0] ?? "") ?? [];
  return {
    release: version,
    present: loaded === undefined && shown === undefined ? undefined : new Set([...inUse, ...(shown ?? [])]),
    available: dependencies === undefined ? undefined : parseModuleNames(`${dependencies}\n${builtIn ?? ""}`),
    options,
  };
}

async function kernelOptions(version: string): Promise<ReadonlyMap<string, string> | undefined> {
  const plain = await textOf(`/boot/config-${version}`);
  if (plain !== undefined) return parseKernelOptions(plain);
  const packed = await readFile("/proc/config.gz").catch(() => undefined);
  return packed === undefined ? undefined : parseKernelOptions((await promisify(gunzip)(packed)).toString());
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
