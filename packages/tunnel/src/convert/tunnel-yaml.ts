/** What a converted tunnel.yaml says. */
export interface Draft {
  readonly name: string;
  readonly publicAddress: string;
  readonly id: string | undefined;
  readonly networks: readonly string[];
  readonly selectors: "blocks" | "any";
  readonly ends: readonly DraftEnd[];
  readonly region: string;
  readonly blocks: readonly string[] | undefined;
}

export interface DraftEnd {
  readonly address: string;
  readonly id: string | undefined;
  readonly key: string;
  readonly interfaceId: number | undefined;
}

/** Writes it with a word where somebody has to look. Names that YAML could take for something else are quoted. */
export function draftText({ name, publicAddress, id, networks, selectors, ends, region, blocks }: Draft): string {
  const lines = [
    "# Made of an ipsec.conf by `causeway tunnel convert`. docs/tunnel.md says what else may stand here.",
    "version: 1",
    `name: ${name}`,
    "host:",
    `  publicAddress: ${publicAddress}`,
    ...(id === undefined ? [] : [`  id: "${id}"`]),
    `  networks: [${networks.join(", ")}]`,
    "gateway:",
    "  # ipsec.conf does not tell: vpn-gateway, enhanced-vpn-gateway or transit-router.",
    "  product: vpn-gateway",
    `  selectors: ${selectors}`,
    "  tunnels:",
    ...ends.flatMap(endLines),
    "oss:",
    `  region: ${region}`,
    ...(blocks === undefined ? [] : [`  blocks: [${blocks.join(", ")}]`]),
  ];
  return `${lines.join("\n")}\n`;
}

function endLines({ address, id, key, interfaceId }: DraftEnd): readonly string[] {
  return [
    `    - address: ${address}`,
    ...(id === undefined ? [] : [`      id: "${id}"`]),
    "      # Where the key has to be put; nothing has put it there.",
    `      key: ${key}`,
    ...(interfaceId === undefined ? [] : [`      interfaceId: ${interfaceId}`]),
  ];
}
