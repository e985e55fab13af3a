import type { Tunnel } from "../model/tunnel.ts";

/** Something that the kernel can do, as a module or built in. */
export interface KernelFeature {
  readonly module: string;
  /** The option that it is built with, without `CONFIG_`. */
  readonly option: string;
  /** What it is for, to end the sentence "needed for …". */
  readonly purpose: string;
  /** `speed`: everything works without it. */
  readonly weight: "needed" | "speed";
}

/** What a host shows of its kernel; each is undefined where the host does not show it. */
export interface KernelEvidence {
  readonly release: string;
  /** Modules in use, and built-in ones that show themselves, with underscores. */
  readonly present: ReadonlySet<string> | undefined;
  /** Modules that can be loaded or are built in, with underscores. */
  readonly available: ReadonlySet<string> | undefined;
  /** Options that are built in (`y`) or are modules (`m`). */
  readonly options: ReadonlyMap<string, string> | undefined;
}

const guard: readonly KernelFeature[] = [
  { module: "nf_tables", option: "NF_TABLES", purpose: "the guard", weight: "needed" },
  { module: "nft_reject_inet", option: "NFT_REJECT_INET", purpose: "the guard's refusals", weight: "needed" },
];

const esp: readonly KernelFeature[] = [
  { module: "xfrm_user", option: "XFRM_USER", purpose: "charon to reach the kernel's IPsec", weight: "needed" },
  { module: "esp4", option: "INET_ESP", purpose: "the encryption of packets", weight: "needed" },
];

const interfaces: KernelFeature = {
  module: "xfrm_interface",
  option: "XFRM_INTERFACE",
  purpose: "tunnels with an interfaceId",
  weight: "needed",
};

const tun: KernelFeature = { module: "tun", option: "TUN", purpose: "esp: userspace", weight: "needed" };

const speed: readonly KernelFeature[] = [
  { module: "tcp_bbr", option: "TCP_CONG_BBR", purpose: "full speed on long paths (BBR)", weight: "speed" },
  { module: "sch_fq", option: "NET_SCH_FQ", purpose: "even pacing beside BBR (fq)", weight: "speed" },
];

/** What this tunnel asks of the kernel. */
export function featuresFor(tunnel: Tunnel): readonly KernelFeature[] {
  const routed = tunnel.ends.some(({ xfrm }) => xfrm !== undefined);
  const path = tunnel.esp === "userspace" ? [tun] : [...esp, ...(routed ? [interfaces] : [])];
  return [...guard, ...path, ...speed];
}

/** The features that the kernel does not have; undefined: it shows nothing that would tell. */
export function missingFeatures(
  features: readonly KernelFeature[],
  { present, available, options }: KernelEvidence,
): readonly KernelFeature[] | undefined {
  if (available === undefined && options === undefined) return undefined;
  return features.filter(({ module, option }) => {
    if (present?.has(module) === true || available?.has(module) === true) return false;
    const built = options?.get(option);
    // A module of the configuration whose file is not there cannot be loaded.
    return !(built === "y" || (built === "m" && available === undefined));
  });
}

/** Reads a kernel's configuration: `CONFIG_INET_ESP=m`. */
export function parseKernelOptions(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
}

/** Reads names out of modules.dep and modules.builtin: `kernel/net/ipv4/esp4.ko.xz: …`. */
export function parseModuleNames(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/([^/\s]+)\.ko(?:\.\w+)?(?=:|$)/gm)].map(([, name = ""]) => name.replaceAll("-", "_")),
  );
}
