import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { type PathMeasure, adviceOn } from "./advice.ts";
import { measurePath, readConnection } from "./measure.ts";

const good: PathMeasure = {
  roundTripMs: 80,
  mssBytes: 1348,
  congestionControl: "bbr",
  available: ["reno", "cubic", "bbr"],
  receiveBufferBytes: 64 * 1024 ** 2,
  sendBufferBytes: 64 * 1024 ** 2,
  bytesPerSecond: 25_000_000,
};

function cures(change: Partial<PathMeasure>): readonly string[] {
  return adviceOn({ ...good, ...change }).flatMap(({ cure }) => cure ?? []);
}

describe("advice on a path", () => {
  test("is nothing to change where all is as rendered", () => {
    assert.deepEqual(
      adviceOn(good).map(({ says }) => says),
      [
        "The target is 80 ms away; one connection carries 200 Mbit/s.",
        "Segments to the target hold up to 1348 bytes.",
        "Socket buffers may grow to 64 MiB.",
        "Congestion is controlled by bbr.",
      ],
    );
    assert.deepEqual(cures({}), []);
  });

  test("names segments that do not fit into the tunnel", () => {
    assert.match(cures({ mssBytes: 1460 }).join(), /must not exceed 1360/);
  });

  test("names buffers that are small for the distance, with what they allow", () => {
    const small = adviceOn({ ...good, sendBufferBytes: 4 * 1024 ** 2 }).find(({ cure }) => cure !== null);
    assert.match(small?.says ?? "", /4096 KiB only: at 80 ms that is 419 Mbit\/s/);
    const reached = adviceOn({ ...good, sendBufferBytes: 2 * 1024 ** 2, bytesPerSecond: 24_000_000 });
    assert.match(reached[0]?.says ?? "", /send buffer allows no more/);
  });

  test("names BBR where the kernel has it and does not use it", () => {
    assert.match(cures({ congestionControl: "cubic" }).join(), /BBR loses less/);
    assert.match(cures({ congestionControl: "cubic", available: ["cubic"] }).join(), /modprobe tcp_bbr/);
  });

  test("says nothing of what could not be seen", () => {
    const blind = {
      mssBytes: undefined,
      congestionControl: undefined,
      sendBufferBytes: undefined,
      bytesPerSecond: undefined,
    };
    assert.deepEqual(adviceOn({ ...good, ...blind }), [{ says: "The target is 80 ms away.", cure: null }]);
  });
});

test("a connection is read out of what ss prints", () => {
  const text = `ESTAB 0 0 172.16.1.183:40000 100.118.102.10:80\n\t bbr wscale:7,7 rto:204 rtt:1.2/0.6 mss:1348 pmtu:1400 rcvmss:536 cwnd:10\n`;
  assert.deepEqual(readConnection(text), { mssBytes: 1348, congestionControl: "bbr" });
  assert.deepEqual(readConnection(""), { mssBytes: undefined, congestionControl: undefined });
});

test("a path is measured by connecting, and by what a long upload takes beyond a short one", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const sent: number[] = [];
  const upload = async (sizeBytes: number): Promise<void> => {
    sent.push(sizeBytes);
    await new Promise((resolve) => setTimeout(resolve, sizeBytes > 1e6 ? 200 : 20));
  };
  const { signal } = new AbortController();
  const target = { endpoint: `http://127.0.0.1:${address.port}`, addresses: [] };
  const measure = await measurePath(target, upload, { signal });
  assert.ok(measure.roundTripMs > 0);
  assert.ok((measure.receiveBufferBytes ?? 0) > 65_536);
  assert.ok((measure.bytesPerSecond ?? 0) > 1e6 && (measure.bytesPerSecond ?? 0) < 1e9, String(measure.bytesPerSecond));
  assert.equal(sent.length, 2);
  if (process.platform === "linux") assert.ok(measure.available.length > 0);
  const unanswered = { ...target, endpoint: "http://127.0.0.1:1" };
  await assert.rejects(measurePath(unanswered, undefined, { signal }), /ECONNREFUSED/);
});
