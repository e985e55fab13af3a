import { faultOf } from "@causeway/shared/domain/fault.ts";
import type { Tunnel } from "@causeway/tunnel/model/tunnel.ts";
import type { Charon } from "@causeway/tunnel/vici/charon.ts";
import type { IkeSa } from "@causeway/tunnel/vici/security-associations.ts";
import { failure, type Finding, ok } from "./finding.ts";

const patienceMs = 10_000;

/** Whether each tunnel is up in both phases: an IKE_SA without a child carries nothing. */
export async function checkTunnel(charon: Pick<Charon, "sas">, tunnel: Tunnel): Promise<readonly Finding[]> {
  try {
    const sas = await charon.sas({ signal: AbortSignal.timeout(patienceMs) });
    return tunnel.ends.map(({ connection, address }) => checkEnd(sas, connection, address));
  } catch (error) {
    const said = `charon does not answer: ${faultOf(error).message}`;
    return [failure("tunnel", said, "Run: journalctl -u strongswan -n 50; systemctl restart strongswan")];
  }
}

function checkEnd(sas: readonly IkeSa[], connection: string, address: string): Finding {
  const mine = sas.filter(({ name }) => name === connection);
  const about = `tunnel ${connection}`;
  if (mine.some(({ children }) => children.some(({ state }) => state === "INSTALLED"))) {
    return ok(about, `up, to ${address}`);
  }
  if (mine.some(({ state }) => state === "ESTABLISHED")) {
    return failure(
      about,
      `${address} takes the key, but no CHILD_SA is installed.`,
      "Compare networks, OSS' blocks and ESP proposals with the gateway's: they must be the same on both sides.",
    );
  }
  return failure(
    about,
    `no IKE_SA with ${address}.`,
    "Compare the key and the IKE proposals; UDP 500 and 4500 must be open. Run: journalctl -u strongswan -n 50",
  );
}
