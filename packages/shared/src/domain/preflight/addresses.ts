import { type Finding, failure, ok, warning } from "./line.ts";

/** Where an endpoint is, and whether each address may be sent to. */
export interface AddressReading {
  readonly host: string;
  /** `proxy`: an HTTP proxy resolves the name. */
  readonly via: "direct" | "proxy";
  readonly found: readonly { readonly address: string; readonly allowed: boolean }[];
}

export interface AddressContext {
  /** Whether OSS_ALLOWED_CIDRS names any block; the source has none. */
  readonly blocks: "named" | "none";
  readonly scheme: "http" | "https";
}

/** Why an address is refused, and what to do. */
const refusals = {
  named: {
    where: "outside OSS_ALLOWED_CIDRS",
    cure: "Route the endpoint's addresses through the tunnel, pin them as target.addresses, or add their block to OSS_ALLOWED_CIDRS.",
  },
  none: {
    where: "an address of this machine or of a cloud's metadata service",
    cure: "Correct the endpoint or its DNS; if it is meant, name the host in ALLOWED_ENDPOINTS.",
  },
} as const;

/** Judges the addresses of an endpoint: inside the allowed blocks, and private where bodies go unencrypted. */
export function judgeAddresses(reading: AddressReading, context: AddressContext): Finding {
  const { host, via, found } = reading;
  if (via === "proxy") return ok(`${host} is reached through HTTPS_PROXY, which resolves its name.`);
  const all = found.map(({ address }) => address).join(", ");
  const refused = found.filter(({ allowed }) => !allowed).map(({ address }) => address);
  const { where, cure } = refusals[context.blocks];
  if (found.length === refused.length) {
    return failure(`${host} is at ${all || "no address"}: ${where}, so nothing would be sent.`, cure);
  }
  if (refused.length > 0) return warning(`${host} is also at ${refused.join(", ")}: ${where}.`, cure);
  const open = found.map(({ address }) => address).filter((address) => !isPrivate(address));
  if (context.scheme === "http" && open.length > 0) {
    return warning(
      `${host} is at ${open.join(", ")}: public addresses, to which http sends every byte unencrypted.`,
      "Write https:// in the endpoint, or use the internal endpoint inside the tunnel.",
    );
  }
  if (context.blocks === "none" && host.endsWith("-internal.aliyuncs.com")) {
    return warning(
      `${host} is at ${all}; nothing holds the workers to the private path.`,
      "Set OSS_ALLOWED_CIDRS to the endpoint's block on API, masters and workers: then nothing is sent anywhere else.",
    );
  }
  return ok(`${host} is at ${all}.`);
}

/** Loopback, RFC 1918, shared address space (RFC 6598), link-local and unique local addresses. */
const privateAddress =
  /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

function isPrivate(address: string): boolean {
  return privateAddress.test(address);
}
