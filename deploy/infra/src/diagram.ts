import type { Plan } from "./plan/plan.ts";
import type { Place, Route } from "./plan/routes.ts";

/** The path as a Mermaid flow chart and a table of its routes: what docs/network.md shows between its marks. */
export function diagram(plan: Plan): string {
  return [chart(plan), "", routeTable(plan)].join("\n");
}

const frames = { aws: "AWS", near: "Alibaba Cloud, near", far: "Alibaba Cloud, far" } as const;

function chart({ settings, routes, blocks, tunnelHosts }: Plan): string {
  const places = new Map<keyof typeof frames, readonly string[]>([
    [
      "aws",
      [
        `source[("S3 ${settings.source.bucket}")]`,
        ...settings.aws.zones.flatMap(({ zone, workers }) => [node(`workers ${zone}`, `workers<br/>${workers}`)]),
        ...tunnelHosts.map(({ name, zone }) => node(`host ${name}`, `tunnel host<br/>${zone}`)),
      ],
    ],
    [
      "near",
      [
        ...(settings.path.product === "vpn-gateway"
          ? [node("vpn gateway", "VPN gateway"), node("near vpc", `VPC<br/>${settings.near.vpc}`)]
          : []),
        node("near router", "Transit Router"),
      ],
    ],
    [
      "far",
      [
        node("far router", "Transit Router"),
        node("far vpc", `VPC<br/>${settings.far.vpc}`),
        node("oss", `OSS ${settings.target.bucket}<br/>${blocks.join("<br/>")}`),
      ],
    ],
  ]);
  const regions = {
    aws: `${settings.aws.region}, ${settings.aws.vpc}`,
    near: settings.near.region,
    far: settings.far.region,
  };
  const boxes = [...places].flatMap(([frame, lines]) => [
    `  subgraph ${frame}["${frames[frame]}: ${regions[frame]}"]`,
    ...lines.map((line) => `    ${line}`),
    "  end",
  ]);
  const links = new Set(
    routes
      .filter(({ direction }) => direction === "out")
      .map((route) => `  ${idOf(route.at)} ${arrow(route)} ${idOf(route.via)}`),
  );
  const reads = settings.aws.zones.map(({ zone }) => `  source -->|"gateway endpoint"| ${idOf(`workers ${zone}`)}`);
  return ["```mermaid", "flowchart LR", ...boxes, ...reads, ...links, "```"].join("\n");
}

function arrow({ at, via }: Route): string {
  if (at.startsWith("host ")) return '==>|"2 IPsec tunnels"|';
  if (at === "near router" && via === "far router") return '-->|"peer attachment"|';
  return "-->";
}

function node(place: Place, label: string): string {
  return `${idOf(place)}["${label}"]`;
}

function idOf(place: Place): string {
  return place.replaceAll(/[^a-z0-9]+/g, "_");
}

/** One row for each place and next place, with all networks that go that way. */
function routeTable({ routes }: Plan): string {
  const rows = new Map<string, string[]>();
  for (const { at, via, direction, to } of routes) {
    const row = `${at}|${via}|${direction}`;
    const networks = rows.get(row) ?? [];
    if (!networks.includes(to)) networks.push(to);
    rows.set(row, networks);
  }
  const cells = [
    ["At", "Packets to", "Go to"],
    ...[...rows].map(([row, networks]) => [row.split("|")[0] ?? "", networks.join(", "), row.split("|")[1] ?? ""]),
  ];
  const widths = [0, 1, 2].map((n) => Math.max(...cells.map((each) => each[n]?.length ?? 0)));
  const line = (each: readonly string[]): string =>
    `| ${each.map((text, n) => text.padEnd(widths[n] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}

const start = "<!-- network:start -->";
const end = "<!-- network:end -->";

/** The document with the part between its marks made new. */
export function withDiagram(document: string, plan: Plan): string {
  const [before, rest = ""] = document.split(start);
  const after = rest.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the document lacks ${start} and ${end}`);
  return `${before}${start}\n\n${diagram(plan)}\n\n${end}${after}`;
}
