import { contains, parseCidr } from "../model/cidr.ts";
import type { Tunnel } from "../model/tunnel.ts";
import { type KernelFeature, featuresFor, missingFeatures } from "./kernel.ts";
import type { HostFacts } from "./this-host.ts";

/** What was found about the host, as a sentence; what is not `ok` has a cure. */
export interface HostFinding {
  readonly state: "ok" | "warning" | "failure";
  readonly says: string;
  readonly cure?: string;
}

/** Whether this host can hold the tunnel. */
export function checkHost(tunnel: Tunnel, facts: HostFacts): readonly HostFinding[] {
  return [...kernelFindings(tunnel, facts), ...programFindings(facts), ...addressFindings(tunnel, facts)];
}

function kernelFindings(tunnel: Tunnel, { kernel, tunDevice }: HostFacts): HostFinding[] {
  const missing = missingFeatures(featuresFor(tunnel), kernel);
  if (missing === undefined) {
    const says = `The kernel ${kernel.release} shows neither its modules nor its configuration.`;
    return [{ state: "warning", says, cure: "Run this on the host itself, outside containers." }];
  }
  const found = missing.map((feature) => missingFinding(feature, tunnel));
  if (tunnel.esp === "userspace" && tunDevice === "missing") {
    found.push({
      state: "failure",
      says: "/dev/net/tun is missing.",
      cure: "Give the container --device /dev/net/tun.",
    });
  }
  if (found.some(({ state }) => state === "failure")) return found;
  return [{ state: "ok", says: `The kernel ${kernel.release} has what the tunnel needs.` }, ...found];
}

function missingFinding({ module, option, purpose, weight }: KernelFeature, { esp }: Tunnel): HostFinding {
  const says = `The kernel module ${module} (CONFIG_${option}) is missing; it is needed for ${purpose}.`;
  if (weight === "speed")
    return { state: "warning", says, cure: `Load it (modprobe ${module}), or go on more slowly.` };
  const other =
    esp === "kernel" && option !== "NF_TABLES" ? ", or write esp: userspace where speed does not matter" : "";
  return {
    state: "failure",
    says,
    cure: `Run modprobe ${module}, or boot a kernel that has it (Debian: linux-image-amd64)${other}.`,
  };
}

function programFindings({ missingPrograms }: HostFacts): HostFinding[] {
  if (missingPrograms.length === 0) return [{ state: "ok", says: "charon, swanctl, nft and ip are installed." }];
  const names = missingPrograms.map(({ path }) => path).join(", ");
  const packages = missingPrograms.map((program) => program.package).join(" ");
  return [{ state: "failure", says: `Not installed: ${names}.`, cure: `Run apt-get install ${packages}.` }];
}

/**
 * Policies choose packets by our networks: from another address nothing would go into the tunnel. charon lays a route beside a
 * policy only where an address of the host lies in it, so a gateway needs one, too, unless its tunnels have interfaces.
 */
function addressFindings({ role, selectors, networks, ends }: Tunnel, { addresses }: HostFacts): HostFinding[] {
  const isRouted = ends.every(({ xfrm }) => xfrm !== undefined);
  if (selectors === "any" || (role === "gateway" && isRouted)) return [];
  const blocks = networks.flatMap((text) => parseCidr(text) ?? []);
  const inside = addresses.filter((text) => {
    const address = parseCidr(text);
    return address !== undefined && blocks.some((block) => contains(block, address));
  });
  if (inside.length > 0) return [{ state: "ok", says: `${inside.join(", ")} lies in host.networks.` }];
  const says = `None of this host's addresses (${addresses.join(", ") || "none"}) lies in ${networks.join(", ")}.`;
  const own = "Write this host's network as host.networks, here and at the gateway";
  const cure = role === "gateway" ? `${own}, or give each tunnel an interfaceId.` : `${own}.`;
  return [{ state: "failure", says, cure }];
}
