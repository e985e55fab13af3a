import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { watchSpotNotice } from "./spot-notice.ts";

interface Metadata {
  readonly url: string;
  asked: number;
  notice: string | undefined;
}

async function metadataService(t: TestContext): Promise<Metadata> {
  const state = { url: "", asked: 0, notice: undefined as string | undefined };
  const server = createServer((request, response) => {
    if (request.method === "PUT" && request.url === "/latest/api/token") {
      response.writeHead(request.headers["x-aws-ec2-metadata-token-ttl-seconds"] === undefined ? 400 : 200);
      response.end("the-token");
      return;
    }
    state.asked += 1;
    const isKnown = request.headers["x-aws-ec2-metadata-token"] === "the-token";
    response.writeHead(isKnown ? (state.notice === undefined ? 404 : 200) : 401);
    response.end(state.notice);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has such an address.
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}/latest/meta-data/spot/instance-action`;
  return state;
}

function watching(t: TestContext, url: string) {
  const seen = { notices: 0, said: [] as string[] };
  const say = (_fields: object, message: string): void => void seen.said.push(message);
  const onNotice = (): void => void (seen.notices += 1);
  t.after(watchSpotNotice({ url, everyMs: 20, log: { info: say, warn: say }, onNotice }));
  return seen;
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(holds());
}

test("a spot notice is heard once, with a token of the metadata service, and none before it is there", async (t) => {
  const metadata = await metadataService(t);
  const seen = watching(t, metadata.url);
  await until(() => metadata.asked >= 3);
  assert.equal(seen.notices, 0);
  metadata.notice = '{"action":"terminate","time":"2026-01-01T00:00:00Z"}';
  await until(() => seen.notices > 0);
  const { asked } = metadata;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([seen.notices, metadata.asked], [1, asked]);
  assert.match(seen.said.at(-1) ?? "", /is to be taken away/);
});

test("a metadata service that does not answer is told of once and ends nothing", async (t) => {
  const seen = watching(t, "http://127.0.0.1:1/");
  await until(() => seen.said.length > 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.deepEqual([seen.notices, seen.said.length], [0, 2]);
});
