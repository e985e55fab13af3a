/** A block of IPv4 addresses: those whose first `bits` bits are `network`'s. */
export interface Cidr {
  readonly text: string;
  /** The first address, as an unsigned number. */
  readonly network: number;
  readonly bits: number;
}

/** Reads `100.64.0.0/10`, or a lone address as a block of one. Undefined: it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", length = "32"] = /^([0-9.]+)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const network = parseAddress(address);
  const bits = Number(length);
  if (network === undefined || bits > 32) return undefined;
  return { text, network, bits };
}

/** True where the block is written by its first address: `172.16.1.0/24`, not `172.16.1.7/24`. */
export function startsAtNetwork({ network, bits }: Cidr): boolean {
  return network % 2 ** (32 - bits) === 0;
}

/** True where every address of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.bits >= outer.bits && first(outer) === Math.floor(inner.network / size(outer)) * size(outer);
}

/** True where the two share an address. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  const ok = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return ok ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
}

function size({ bits }: Cidr): number {
  return 2 ** (32 - bits);
}

function first(block: Cidr): number {
  return Math.floor(block.network / size(block)) * size(block);
}
