import assert from "node:assert/strict";
import { test } from "node:test";
import type { Meter } from "../ports/meter.ts";
import type { LinkSight, TunnelLink } from "../ports/tunnel-link.ts";
import { withTunnelMetering } from "./tunnel-metering.ts";

const options = { signal: AbortSignal.timeout(60_000) };
const child = { name: "lab-1", remoteAddress: "192.0.2.1", installedSeconds: 1 };
const well: LinkSight = {
  tunnel: {
    state: "up",
    reason: null,
    children: [
      { ...child, bytesIn: 1, bytesOut: 10 },
      { ...child, bytesIn: 2, bytesOut: 20 },
    ],
    refusedPackets: 3,
  },
  barred: undefined,
  barredTargets: new Map(),
  unread: new Map(),
};

function name(figure: string, labels: Readonly<Record<string, string>>): string {
  return [figure.replace("migration_tunnel_", ""), ...Object.values(labels)].join(" ");
}

/** What stands after these looks, and what was counted. */
async function figuresAfter(...sights: readonly LinkSight[]): Promise<Record<string, number>> {
  const figures = new Map<string, number>();
  const meter: Meter = {
    count: (figure, labels, by = 1) =>
      void figures.set(name(figure, labels), (figures.get(name(figure, labels)) ?? 0) + by),
    gauge: (figure, labels, value) => {
      if (value === undefined) figures.delete(name(figure, labels));
      else figures.set(name(figure, labels), value);
    },
    time: () => assert.fail("nothing is timed"),
    timer: () => assert.fail("nothing is timed"),
  };
  const left = [...sights];
  const link: TunnelLink = {
    look: async () => left.shift() ?? assert.fail("one look too many"),
    watch: async (changed) => {
      changed("rekeyed");
      changed("state");
    },
  };
  const metered = withTunnelMetering(link, meter);
  for (const sight of sights) assert.equal(await metered.look([], options), sight);
  const heard: string[] = [];
  await metered.watch((what) => heard.push(what), options);
  assert.deepEqual(heard, ["rekeyed", "state"]);
  return Object.fromEntries(figures);
}

test("a look shows in the figures, and what is heard of renewals too", async () => {
  assert.deepEqual(await figuresAfter(well), {
    "readable charon": 1,
    "readable guard": 1,
    up: 1,
    children: 2,
    "bytes in": 3,
    "bytes out": 30,
    refused_packets: 3,
    rekeys_total: 1,
  });
});

test("what can no longer be read has no figure, and that it cannot be read is one", async () => {
  const blind: LinkSight = {
    ...well,
    tunnel: { state: "down", reason: "charon does not tell.", children: [], refusedPackets: null },
    unread: new Map([
      ["charon", "charon does not tell."],
      ["guard", "It is not loaded."],
    ]),
  };
  assert.deepEqual(await figuresAfter(well, blind), {
    "readable charon": 0,
    "readable guard": 0,
    up: 0,
    rekeys_total: 1,
  });
});

test("a tunnel that is down has no children, and that is known", async () => {
  const down: LinkSight = { ...well, tunnel: { ...well.tunnel, state: "down", children: [] } };
  const figures = await figuresAfter(well, down);
  assert.deepEqual([figures["up"], figures["children"], figures["bytes in"]], [0, 0, 0]);
});
