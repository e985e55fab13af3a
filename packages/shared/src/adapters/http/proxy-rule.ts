import { BlockList, isIP } from "node:net";

export interface ProxySettings {
  /** HTTPS_PROXY; undefined: none. */
  readonly httpsProxy: string | undefined;
  /** Entries of NO_PROXY. */
  readonly noProxy: readonly string[];
}

/** An endpoint that only the private path reaches; Alibaba Cloud resolves these names to 100.64.0.0/10. */
const INTERNAL = /-internal\.aliyuncs\.com$/i;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/**
 * The proxy for requests to `endpoint`; undefined: they go straight there. Never through the proxy go loopback addresses,
 * OSS' internal endpoints, what NO_PROXY names, and a target whose addresses are fixed (pinned or OSS_ALLOWED_CIDRS):
 * behind a proxy nobody could tell where the bytes went.
 */
export function proxyFor(
  endpoint: string,
  { httpsProxy, noProxy }: ProxySettings,
  addresses: "fixed" | "any",
): string | undefined {
  if (httpsProxy === undefined || addresses === "fixed") return undefined;
  const url = new URL(endpoint);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (LOOPBACK.test(hostname) || INTERNAL.test(hostname)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy.some((entry) => names(entry.toLowerCase(), hostname, port)) ? undefined : httpsProxy;
}

/** An entry is `*`, a host or domain (`.example.com` or `example.com`, also with `:port`), an address, or a CIDR block. */
function names(entry: string, hostname: string, port: string): boolean {
  if (entry === "*") return true;
  if (isIP(entry) !== 0) return entry === hostname;
  const [, network = "", bits = ""] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (isIP(network) !== 0) return isWithin(network, Number(bits), hostname);
  const [, domain = entry, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const name = domain.replace(/^\*?\./, "");
  return name !== "" && (hostname === name || hostname.endsWith(`.${name}`));
}

function isWithin(network: string, bits: number, hostname: string): boolean {
  if (isIP(hostname) !== isIP(network)) return false;
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const blocks = new BlockList();
  blocks.addSubnet(network, Math.min(bits, family === "ipv6" ? 128 : 32), family);
  return blocks.check(hostname, family);
}
