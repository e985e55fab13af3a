import { overlaps, parseCidr } from "../model/cidr.ts";
import { ossBlocks } from "../model/oss-blocks.ts";
import { readTunnel } from "../model/read-tunnel.ts";
import type { FileFault } from "../model/yaml-lines.ts";
import { type Conn, type NamedText, parseIpsecConf } from "./ipsec-conf.ts";
import { secretRemarks } from "./ipsec-secrets.ts";
import { remarksOn } from "./remarks.ts";
import { type Draft, type DraftEnd, draftText } from "./tunnel-yaml.ts";

export interface Conversion {
  /** The text of a tunnel.yaml; undefined where what is there does not make one. */
  readonly yaml: string | undefined;
  /** What was weak or lacking, and is better now or needs a hand. */
  readonly remarks: readonly FileFault[];
  /** What keeps it from being converted, or the result from being rendered. */
  readonly faults: readonly FileFault[];
}

export interface ConvertedFiles {
  readonly conf: NamedText;
  /** ipsec.secrets; undefined: nothing is said about keys. */
  readonly secrets?: NamedText | undefined;
  /** OSS' region, where the addresses do not tell it. */
  readonly region?: string | undefined;
}

/** Makes a tunnel.yaml of an ipsec.conf: the same path, with what is strong today, and names what was weak. */
export function convertIpsec({ conf, secrets, region }: ConvertedFiles): Conversion {
  const { conns, faults } = parseIpsecConf(conf);
  const tunnels = conns.filter(({ settings }) => settings.has("right") && settings.get("auto")?.value !== "ignore");
  const [first] = tunnels;
  if (first === undefined) {
    const none = {
      file: conf.file,
      line: 1,
      says: "No conn with a right= stands here.",
      cure: "Give the file with the connection to Alibaba's gateway.",
    };
    return { yaml: undefined, remarks: [], faults: [...faults, none] };
  }
  const refused = tunnels.flatMap((conn) => obstacles(conn, conf.file));
  const found = region ?? regionOf(tunnels);
  const remarks = tunnels.flatMap((conn) => remarksOn(conn, conf.file, found));
  if (faults.length + refused.length > 0) return { yaml: undefined, remarks, faults: [...faults, ...refused] };
  const draft = draftOf(tunnels, found);
  const yaml = draftText(draft);
  const uses = draft.ends.map(({ id, address, key }) => ({
    ids: [draft.id ?? draft.publicAddress, id ?? address] as const,
    reference: key,
  }));
  const reading = readTunnel(yaml, "tunnel.yaml");
  return {
    yaml,
    remarks: [...remarks, ...(secrets === undefined ? [] : secretRemarks(secrets, uses))],
    faults: reading.ok ? [] : reading.faults,
  };
}

/** What no tunnel.yaml can say, because Alibaba's gateways or the design have nothing of the kind. */
function obstacles(conn: Conn, file: string): readonly FileFault[] {
  const found: FileFault[] = [];
  const value = (name: string): string | undefined => conn.settings.get(name)?.value;
  const add = (name: string, says: string, cure: string): void =>
    void found.push({ file, line: conn.settings.get(name)?.line ?? conn.line, says, cure });
  const auth = [value("authby"), value("leftauth"), value("rightauth")].filter((one) => one !== undefined);
  if (auth.length === 0 || !auth.every((one) => one === "psk" || one === "secret")) {
    add(
      "authby",
      `${conn.name} does not use a pre-shared key.`,
      "Alibaba's gateways take nothing else: write authby=psk.",
    );
  }
  if ((value("type") ?? "tunnel") !== "tunnel") {
    add("type", `${conn.name} is not in tunnel mode.`, "Only a tunnel carries other addresses: write type=tunnel.");
  }
  if (!isPublic(value("right"))) {
    add(
      "right",
      `right=${value("right")} is no public address.`,
      "Write the gateway's public address, with left on our side.",
    );
  }
  if (publicAddressOf(conn) === undefined) {
    add(
      "leftid",
      `Neither leftid nor left of ${conn.name} is a public address.`,
      "Write leftid= with the host's elastic IP.",
    );
  }
  if (networksOf(conn).length === 0) {
    add(
      "leftsubnet",
      `${conn.name} does not say which networks are ours.`,
      "Write leftsubnet= with this host's network.",
    );
  }
  return found;
}

function draftOf(conns: readonly Conn[], region: string | undefined): Draft {
  const [first] = conns;
  const name =
    (first?.name ?? "tunnel")
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^[^a-z]+/, "")
      .slice(0, 31) || "tunnel";
  const remote = conns.flatMap(remoteBlocks);
  const any = remote.includes("0.0.0.0/0") || remote.length === 0;
  const needsInterface = any || conns.length > 1;
  const publicAddress = (first && publicAddressOf(first)) ?? "";
  const leftId = first?.settings.get("leftid")?.value;
  return {
    name,
    publicAddress,
    id: leftId === publicAddress ? undefined : leftId,
    networks: [...new Set(conns.flatMap(networksOf))],
    selectors: any ? "any" : "blocks",
    ends: conns.map((conn, index) => endOf(conn, { index, name, needsInterface })),
    region: region ?? "unknown",
    blocks: region === undefined && !any ? [...new Set(remote)] : undefined,
  };
}

interface Numbered {
  readonly index: number;
  readonly name: string;
  readonly needsInterface: boolean;
}

function endOf({ settings }: Conn, { index, name, needsInterface }: Numbered): DraftEnd {
  const address = settings.get("right")?.value ?? "";
  const id = settings.get("rightid")?.value;
  return {
    address,
    id: id === address ? undefined : id,
    key: `ssm:/causeway/${name}/tunnel-${index + 1}`,
    interfaceId: needsInterface ? 41 + index : undefined,
  };
}

function publicAddressOf({ settings }: Conn): string | undefined {
  return [settings.get("leftid")?.value, settings.get("left")?.value].find(isPublic);
}

function networksOf({ settings }: Conn): readonly string[] {
  const written = listed(settings.get("leftsubnet")?.value).filter((text) => text !== "0.0.0.0/0");
  const left = settings.get("left")?.value ?? "";
  return written.length > 0 ? written : parseCidr(left) === undefined ? [] : [`${left}/32`];
}

function remoteBlocks({ settings }: Conn): readonly string[] {
  return listed(settings.get("rightsubnet")?.value);
}

function listed(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The one region whose blocks the tunnels carry; undefined: none, or several. */
function regionOf(conns: readonly Conn[]): string | undefined {
  const carried = conns
    .flatMap(remoteBlocks)
    .filter((text) => text !== "0.0.0.0/0")
    .flatMap((text) => parseCidr(text) ?? []);
  const regions = Object.entries(ossBlocks.regions).filter(([, blocks]) =>
    blocks.some((text) => {
      const block = parseCidr(text);
      return block !== undefined && carried.some((one) => overlaps(one, block));
    }),
  );
  return regions.length === 1 ? regions[0]?.[0] : undefined;
}

const privateBlocks = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
];

function isPublic(text: string | undefined): boolean {
  const address = parseCidr(text ?? "");
  if (address === undefined || address.bits !== 32) return false;
  return !privateBlocks.some((block) => overlaps(parseCidr(block) ?? address, address));
}
