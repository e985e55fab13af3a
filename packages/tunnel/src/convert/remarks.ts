import { contains, parseCidr } from "../model/cidr.ts";
import { blocksOfRegion } from "../model/oss-blocks.ts";
import { type Phase, weaknesses } from "../model/proposals.ts";
import type { FileFault } from "../model/yaml-lines.ts";
import type { Conn, Setting } from "./ipsec-conf.ts";

/** What was asked for before and is weak or lacking, and what tunnel.yaml has instead. */
export function remarksOn(conn: Conn, file: string, region: string | undefined): readonly FileFault[] {
  const at = (name: string): Setting | undefined => conn.settings.get(name);
  const remark = (line: number, says: string, cure: string): FileFault => ({ file, line, says, cure });
  const remarks = [...proposalRemarks(conn, "ike"), ...proposalRemarks(conn, "esp")].map(({ line, says, cure }) =>
    remark(line, says, cure),
  );
  const exchange = at("keyexchange");
  if (exchange?.value === "ikev1") {
    remarks.push(
      remark(exchange.line, "IKEv1 is obsolete.", "tunnel.yaml speaks IKEv2 only; set the gateway to ikev2."),
    );
  }
  const aggressive = at("aggressive");
  if (aggressive?.value === "yes") {
    const says = "Aggressive mode gives the key away to whoever listens and tries words.";
    remarks.push(remark(aggressive.line, says, "IKEv2 has no such mode. Make a new key."));
  }
  remarks.push(...lifetimeRemarks(conn).map(({ line, says, cure }) => remark(line, says, cure)));
  if (["", "none", "clear"].includes(at("dpdaction")?.value ?? "")) {
    const says = "Nothing here brings the tunnel up again when the gateway falls silent (dpdaction).";
    remarks.push(remark(at("dpdaction")?.line ?? conn.line, says, "tunnel.yaml asks every 10 s and starts it again."));
  }
  const missing = missingBlocks(at("rightsubnet")?.value ?? "", region);
  if (missing.length > 0) {
    const says = `Of ${region}'s blocks ${missing.join(", ")} are missing: OSS moves between them, and the tunnel would not carry it then.`;
    remarks.push(
      remark(at("rightsubnet")?.line ?? conn.line, says, "tunnel.yaml has all of them; set them on the gateway too."),
    );
  }
  remarks.push(
    remark(
      conn.line,
      `Nothing here stops packets from leaving in clear while ${conn.name} is down.`,
      "The guard that `causeway tunnel render` writes does.",
    ),
  );
  return remarks;
}

interface Said {
  readonly line: number;
  readonly says: string;
  readonly cure: string;
}

function proposalRemarks({ settings }: Conn, phase: Phase): readonly Said[] {
  const setting = settings.get(phase);
  if (setting === undefined) return [];
  const proposals = setting.value.replace(/!$/, "").split(",");
  return proposals.flatMap((proposal) =>
    weaknesses(proposal.trim().toLowerCase().split("-"), phase).map((reason) => ({
      line: setting.line,
      says: `${phase}=${proposal.trim()} is weak: ${reason}.`,
      cure: `tunnel.yaml asks for aes256-sha256-modp2048; set the gateway to the same. To go on as before until then, write weakProposals: accept and ${phase}Proposals.`,
    })),
  );
}

const gatewayLifetimeSeconds = 86_400;

function lifetimeRemarks({ settings }: Conn): readonly Said[] {
  return ["ikelifetime", "lifetime", "keylife", "salifetime"].flatMap((name) => {
    const setting = settings.get(name);
    if (setting === undefined || secondsOf(setting.value) !== gatewayLifetimeSeconds) return [];
    const says = `${name} is as long as the gateway's own: both ends renew in the same moment, and may end up with neither.`;
    return [{ line: setting.line, says, cure: "tunnel.yaml renews first, after 20 h and 7 h." }];
  });
}

function secondsOf(text: string): number {
  const [, amount = "", unit = "s"] = /^(\d+)\s*([smhd]?)$/.exec(text) ?? [];
  return Number(amount) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
}

function missingBlocks(subnets: string, region: string | undefined): readonly string[] {
  const carried = subnets.split(",").flatMap((text) => parseCidr(text.trim()) ?? []);
  return (blocksOfRegion(region ?? "") ?? []).filter((text) => {
    const block = parseCidr(text);
    return block !== undefined && !carried.some((one) => contains(one, block));
  });
}
