import { BlockList, isIP } from "node:net";

/** Which hosts jobs may reach. */
export interface AddressRules {
  /** Whether a job may name this endpoint (`http://host[:port]`). */
  allowsEndpoint(endpoint: string): boolean;
  /** Whether a job may pin this IP address. */
  allowsAddress(address: string): boolean;
  /** Whether a job may have this URL called: any host but the guarded ones by https, a named one also by http. */
  allowsNotice(url: string): boolean;
  /**
   * Which addresses a host may have when it is connected to, whatever DNS says by then: none that is guarded. Undefined: the
   * operator named this very host, so any will do.
   */
  addressesOf(url: string): ((address: string) => boolean) | undefined;
}

/** This host itself, and the places where clouds hand out their machines' credentials: only by name. */
const guarded = blockListOf([
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["::", 128],
  ["::1", 128],
  ["fe80::", 10],
  ["fd00:ec2::254", 128],
]);

/** Where private paths live: RFC 1918, shared address space (RFC 6598), unique local addresses (RFC 4193). */
const privateBlocks = blockListOf([
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["fc00::", 7],
]);

/**
 * Makes the rules from ALLOWED_ENDPOINTS: hosts (`s3.example.com`, `127.0.0.1`) and whole domains (`*.example.com`), each
 * with or without `:port`.
 */
export function createAddressRules(entries: readonly string[]): AddressRules {
  const named = new Set(entries.filter((entry) => !entry.startsWith("*.")).map(canonicalHost));
  const domains = entries.filter((entry) => entry.startsWith("*.")).map((entry) => entry.slice(1).toLowerCase());
  const isNamed = (host: string, port: string) => named.has(host) || named.has(`${host}:${port}`);
  const isInDomain = (host: string, port: string) =>
    domains.some((domain) => host.endsWith(domain) || `${host}:${port}`.endsWith(domain));
  const allowsAddress = (address: string) =>
    named.has(address) || (!holds(guarded, address) && holds(privateBlocks, address));

  return {
    allowsAddress,
    allowsEndpoint: (endpoint) => {
      const { host, port } = hostOf(endpoint);
      if (isNamed(host, port)) return true;
      return isIP(host) === 0 ? isInDomain(host, port) : allowsAddress(host);
    },
    allowsNotice: (url) => {
      const { host, port } = hostOf(url);
      if (isNamed(host, port)) return true;
      if (URL.parse(url)?.protocol !== "https:") return false;
      if (isIP(host) !== 0) return !holds(guarded, host);
      return host !== "localhost" && !host.endsWith(".localhost");
    },
    addressesOf: (url) => {
      const { host, port } = hostOf(url);
      if (isNamed(host, port)) return undefined;
      return (address) => named.has(address) || !holds(guarded, address);
    },
  };
}

/** The host as the network would understand it: `http://2130706433` and `http://0x7f.1` are 127.0.0.1. */
function hostOf(endpoint: string): { readonly host: string; readonly port: string } {
  const url = URL.parse(endpoint);
  if (url === null) return { host: "", port: "" };
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return { host, port: url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port };
}

function canonicalHost(entry: string): string {
  const bare = isIP(entry) === 6 ? `[${entry}]` : entry;
  const { host, port } = hostOf(`http://${bare}`);
  return /:\d+$/.test(bare) && isIP(entry) === 0 ? `${host}:${port}` : host;
}

function blockListOf(blocks: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of blocks) list.addSubnet(network, bits, isIP(network) === 6 ? "ipv6" : "ipv4");
  return list;
}

function holds(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}
