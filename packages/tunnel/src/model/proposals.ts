import type { Product } from "./tunnel-file.ts";

/** Which of the two negotiations a proposal is for: of the connection itself, or of what carries the bytes. */
export type Phase = "ike" | "esp";

/** What is wrong with a proposal, as a sentence and its cure. */
export interface ProposalFault {
  readonly kind: "unspoken" | "weak";
  readonly says: string;
  readonly cure: string;
}

type Kind = "encryption" | "integrity" | "prf" | "group";

interface Algorithm {
  readonly kind: Kind;
  /** Why it is no longer good enough; undefined: it is. */
  readonly weak?: string;
  /** Only this product speaks it. */
  readonly only?: Product;
}

const oldCipher = { kind: "encryption", weak: "its blocks of 64 bits collide after some gigabytes" } as const;

/**
 * strongSwan's words for what the gateways speak: AES, 3DES and DES; MD5, SHA-1 and SHA-2; groups 1, 2, 5 and 14; GCM on
 * enhanced gateways only. As Alibaba Cloud documents them for VPN gateways and for Transit Routers, read on 2026-11-22.
 */
const algorithms: Readonly<Record<string, Algorithm>> = {
  aes: { kind: "encryption" },
  aes128: { kind: "encryption" },
  aes192: { kind: "encryption" },
  aes256: { kind: "encryption" },
  aes128gcm16: { kind: "encryption", only: "enhanced-vpn-gateway" },
  aes256gcm16: { kind: "encryption", only: "enhanced-vpn-gateway" },
  des: { kind: "encryption", weak: "its keys of 56 bits are found by trying" },
  "3des": oldCipher,
  md5: { kind: "integrity", weak: "MD5 is broken" },
  sha: { kind: "integrity", weak: "SHA-1 is broken" },
  sha1: { kind: "integrity", weak: "SHA-1 is broken" },
  sha256: { kind: "integrity" },
  sha384: { kind: "integrity" },
  sha512: { kind: "integrity" },
  prfsha256: { kind: "prf" },
  prfsha384: { kind: "prf" },
  prfsha512: { kind: "prf" },
  modp768: { kind: "group", weak: "a group of 768 bits (group 1) is broken" },
  modp1024: { kind: "group", weak: "a group of 1,024 bits (group 2) is within reach of states" },
  modp1536: { kind: "group", weak: "a group of 1,536 bits (group 5) is below what is advised today" },
  modp2048: { kind: "group" },
};

const strong: Readonly<Record<Phase, string>> = { ike: "aes256-sha256-modp2048", esp: "aes256-sha256-modp2048" };

/** Everything that keeps a proposal from being offered to this gateway. Empty: it may be. */
export function proposalFaults(proposal: string, phase: Phase, product: Product): readonly ProposalFault[] {
  const words = proposal.toLowerCase().split("-");
  const unspoken = words.filter((word) => !speaks(product, word));
  if (unspoken.length > 0) return [unspokenFault(unspoken, phase, product)];
  const missing = missingKinds(words, phase);
  if (missing !== undefined) return [{ kind: "unspoken", says: `${proposal} ${missing}.`, cure: cureFor(phase) }];
  return weaknesses(words, phase).map((reason) => ({
    kind: "weak",
    says: `${proposal} is weak: ${reason}.`,
    cure: `${cureFor(phase)} Set the same on the gateway.`,
  }));
}

/** Why the algorithms of a proposal are weak, whoever speaks them; words that nobody here knows are left out. */
export function weaknesses(words: readonly string[], phase: Phase): readonly string[] {
  const reasons = words.flatMap((word) => algorithms[word]?.weak ?? []);
  const kinds = words.map((word) => algorithms[word]?.kind);
  if (phase === "esp" && !kinds.includes("group")) {
    reasons.push("without a group, who learns one key reads the traffic of all later ones (no forward secrecy)");
  }
  return reasons;
}

function cureFor(phase: Phase): string {
  return `Write ${strong[phase]}.`;
}

function speaks(product: Product, word: string): boolean {
  const algorithm = algorithms[word];
  return algorithm !== undefined && (algorithm.only === undefined || algorithm.only === product);
}

function unspokenFault(words: readonly string[], phase: Phase, product: Product): ProposalFault {
  const spoken = Object.keys(algorithms).filter((word) => speaks(product, word) && !algorithms[word]?.weak);
  return {
    kind: "unspoken",
    says: `A ${product} does not speak ${words.map((word) => word || "an empty word").join(" and ")}; it speaks ${spoken.join(", ")}.`,
    cure: cureFor(phase),
  };
}

/** Alibaba's gateways take one algorithm of each kind per connection. */
function missingKinds(words: readonly string[], phase: Phase): string | undefined {
  const count = (kind: Kind): number => words.filter((word) => algorithms[word]?.kind === kind).length;
  const gcm = words.some((word) => word.endsWith("gcm16"));
  if (count("encryption") !== 1) return "has to name one cipher";
  if (gcm && count("integrity") > 0) return "names a hash beside GCM, which needs none";
  if (!gcm && count("integrity") !== 1) return "has to name one hash";
  if (phase === "ike" && gcm && count("prf") !== 1) return "has to name one prf beside GCM, such as prfsha256";
  if (phase === "ike" && count("group") !== 1) return "has to name one group";
  if (count("group") > 1) return "names two groups";
  if (phase === "esp" && count("prf") > 0) return "names a prf, which only the IKE proposal has";
  return undefined;
}

/**
 * The largest packet that, encrypted and in UDP, still fits 1,500 bytes: what is left after IP, UDP, ESP's header, IV and
 * checksum, in whole blocks, less ESP's two bytes of padding length and next header (RFC 4303, RFC 3948).
 */
export function largestInnerBytes(espProposals: readonly string[]): number {
  return Math.min(...espProposals.map((proposal) => innerBytes(proposal.toLowerCase().split("-"))));
}

function innerBytes(words: readonly string[]): number {
  const gcm = words.some((word) => word.endsWith("gcm16"));
  const iv = gcm || words.includes("3des") || words.includes("des") ? 8 : 16;
  const block = gcm ? 4 : iv;
  const checksum = words.includes("sha512") ? 32 : words.includes("sha384") ? 24 : 16;
  return Math.floor((1500 - 20 - 8 - 8 - iv - checksum) / block) * block - 2;
}
