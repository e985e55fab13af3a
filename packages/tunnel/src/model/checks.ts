import type { Misfit } from "./misfit.ts";
import { networkMisfits } from "./network-checks.ts";
import { ossMisfits } from "./oss-checks.ts";
import { type Phase, largestInnerBytes, proposalFaults } from "./proposals.ts";
import type { TunnelFile } from "./tunnel-file.ts";

/** Finds everything that would make a tunnel that does not come up, leaks, or carries what it should not. */
export function misfitsIn(file: TunnelFile): readonly Misfit[] {
  return [
    ...selectorMisfits(file),
    ...endMisfits(file),
    ...proposalMisfits(file, "ike"),
    ...proposalMisfits(file, "esp"),
    ...packetMisfits(file),
    ...networkMisfits(file),
    ...ossMisfits(file),
  ];
}

function selectorMisfits({ gateway }: TunnelFile): Misfit[] {
  if (gateway.selectors !== "any") return [];
  return gateway.tunnels.flatMap(({ interfaceId }, index) => {
    if (interfaceId !== undefined) return [];
    const says = "Selectors of 0.0.0.0/0 without an interface id would take all of the host's traffic, S3's included.";
    return { path: tunnelPath(index), says, cure: "Give this tunnel an interfaceId, or write selectors: blocks." };
  });
}

/** What the tunnels of one gateway have to be for one another. */
function endMisfits({ gateway, esp }: TunnelFile): Misfit[] {
  const { tunnels, product } = gateway;
  const found: Misfit[] = [];
  const two = product !== "transit-router" && tunnels.length > 2;
  if (two)
    found.push(misfit(["gateway", "tunnels"], `A ${product} has two tunnels, not ${tunnels.length}.`, "Keep two."));
  for (const [index, { address, interfaceId }] of tunnels.entries()) {
    const path = tunnelPath(index);
    const before = tunnels.slice(0, index);
    if (before.some((other) => other.address === address)) {
      found.push(
        misfit([...path, "address"], `${address} is already another tunnel's.`, "Write this tunnel's own address."),
      );
    }
    if (interfaceId !== undefined && before.some((other) => other.interfaceId === interfaceId)) {
      found.push(
        misfit([...path, "interfaceId"], `${interfaceId} is already another tunnel's.`, "Choose another number."),
      );
    }
    if (interfaceId !== undefined && esp === "userspace") {
      const says = "charon's own ESP (esp: userspace) knows no interfaces.";
      found.push(misfit([...path, "interfaceId"], says, "Take interfaceId out, or write esp: kernel."));
    }
    if (interfaceId === undefined && esp === "kernel" && tunnels.length > 1 && gateway.selectors === "blocks") {
      const says = "The kernel cannot tell two tunnels with the same selectors apart by addresses.";
      found.push(misfit(path, says, "Give each tunnel an interfaceId of its own, such as 41 and 42."));
    }
  }
  return found;
}

function proposalMisfits({ gateway }: TunnelFile, phase: Phase): Misfit[] {
  const name = phase === "ike" ? "ikeProposals" : "espProposals";
  return gateway[name].flatMap((proposal, index) =>
    proposalFaults(proposal, phase, gateway.product)
      .filter(({ kind }) => kind === "unspoken" || gateway.weakProposals === "refuse")
      .map(({ kind, says, cure }) => {
        const until = kind === "weak" ? " Until then, weakProposals: accept lets it pass." : "";
        return misfit(["gateway", name, index], says, `${cure}${until}`);
      }),
  );
}

/** The gateway carries fragments but makes none, so a packet has to fit from the start. */
function packetMisfits({ gateway, mtuBytes }: TunnelFile): Misfit[] {
  const largest = largestInnerBytes(gateway.espProposals);
  if (mtuBytes <= largest) return [];
  const says = `Packets of ${mtuBytes} bytes no longer fit 1,500 once they are encrypted; ${largest} do.`;
  return [misfit(["mtuBytes"], says, "Leave it out for 1400, which always fits.")];
}

function tunnelPath(index: number): readonly PropertyKey[] {
  return ["gateway", "tunnels", index];
}

function misfit(path: readonly PropertyKey[], says: string, cure: string): Misfit {
  return { path, says, cure };
}
