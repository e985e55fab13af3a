import { BlockList, isIPv6 } from "node:net";
import type { ChildSa, IkeSa } from "../vici/security-associations.ts";

/** Children that carry packets at this moment, each with the gateway at its other end. */
export function carriersOf(sas: readonly IkeSa[]): readonly Carrier[] {
  return sas
    .filter(({ state }) => state === "ESTABLISHED")
    .flatMap(({ children, remoteAddress }) =>
      children.filter(({ state }) => state === "INSTALLED").map((child) => ({ ...child, remoteAddress })),
    );
}

export interface Carrier extends ChildSa {
  readonly remoteAddress: string;
}

/** Why no packet can go anywhere, as a sentence; undefined: some can. */
export function whyNothingIsCarried(sas: readonly IkeSa[]): string | undefined {
  if (carriersOf(sas).length > 0) return undefined;
  const established = sas.filter(({ state }) => state === "ESTABLISHED");
  if (established.length > 0) {
    return `The gateway ${established[0]?.remoteAddress} answers, but no CHILD_SA is installed: see that both sides name the same blocks and proposals.`;
  }
  const [trying] = sas;
  return trying === undefined
    ? "No tunnel is up: charon has no security association."
    : `No tunnel is up: charon is ${trying.state} with the gateway ${trying.remoteAddress}.`;
}

/** Those of the addresses that a child carries. */
export function covered(addresses: readonly string[], carriers: readonly Carrier[]): readonly string[] {
  const blocks = new BlockList();
  for (const block of carriers.flatMap(({ remoteBlocks }) => remoteBlocks)) addBlock(blocks, block);
  return addresses.filter((address) => blocks.check(address, family(address)));
}

/** charon writes a block, a single address, or either with a protocol and ports behind it. */
function addBlock(blocks: BlockList, written: string): void {
  const [network = "", bits] = (written.split("[")[0] ?? "").split("/");
  if (bits === undefined) blocks.addAddress(network, family(network));
  else blocks.addSubnet(network, Number(bits), family(network));
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

/** The bytes that all children have carried, at a moment. */
export interface Flow {
  readonly atMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** When bytes last came in, and what had gone out by then. */
  readonly movedAtMs: number;
  readonly bytesOutThen: number;
}

/** So long may bytes go in without one that comes out. */
const stalledMs = 8000;

/** The flow after another look. Any change of what came in counts as movement: a child that was rekeyed begins at nought. */
export function flowAfter(before: Flow | undefined, carriers: readonly Carrier[], atMs: number): Flow {
  const bytesIn = carriers.reduce((sum, child) => sum + child.bytesIn, 0);
  const bytesOut = carriers.reduce((sum, child) => sum + child.bytesOut, 0);
  const still = before !== undefined && before.bytesIn === bytesIn && before.bytesOutThen <= bytesOut;
  if (!still) return { atMs, bytesIn, bytesOut, movedAtMs: atMs, bytesOutThen: bytesOut };
  // While nothing goes out either, nothing can be missed.
  const movedAtMs = bytesOut === before.bytesOutThen ? atMs : before.movedAtMs;
  return { ...before, atMs, bytesOut, movedAtMs };
}

/** Why a tunnel that stands does not work, as a sentence; undefined: nothing speaks against it. */
export function whyStalled({ atMs, movedAtMs }: Flow): string | undefined {
  if (atMs - movedAtMs < stalledMs) return undefined;
  const seconds = Math.floor((atMs - movedAtMs) / 1000);
  return `Bytes have gone into the tunnel for ${seconds} s, and none has come out.`;
}
