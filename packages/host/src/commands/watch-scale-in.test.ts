import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { HostContext } from "../host-context.ts";
import { watchScaleIn } from "./watch-scale-in.ts";

/** Answers as EC2's metadata service does: nothing without a token. */
async function metadataSaying(state: string): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const knows = request.method === "PUT" || request.headers["x-aws-ec2-metadata-token"] === "token";
    response.writeHead(knows ? 200 : 401);
    response.end(request.method === "PUT" ? "token" : state);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}

function contextWith(ran: string[][], stopping: AbortSignal): HostContext {
  const nothing = { exitCode: 0, output: "" };
  return {
    machine: {
      run: async (program, ...args) => {
        ran.push([program, ...args]);
        return nothing;
      },
      read: async () => undefined,
      exists: async () => false,
      fileSystem: async () => undefined,
      statusOf: async () => undefined,
    },
    facts: () => assert.fail("it looks at nothing"),
    secretsIn: () => ({ read: async () => ({ obstacle: "none" }) }),
    charon: { loadKey: async () => undefined, sas: async () => [] },
    say: () => undefined,
    complain: () => undefined,
    stopping,
  };
}

test("a host that its group takes away stops its worker", async () => {
  const { server, url } = await metadataSaying("Terminated");
  const ran: string[][] = [];
  assert.equal(await watchScaleIn(url, contextWith(ran, AbortSignal.timeout(60_000))), 0);
  assert.deepEqual(ran, [["systemctl", "stop", "--no-block", "causeway-worker.service"]]);
  server.close();
});

test("a host in service keeps its worker", async () => {
  const { server, url } = await metadataSaying("InService");
  const ran: string[][] = [];
  assert.equal(await watchScaleIn(url, contextWith(ran, AbortSignal.timeout(1500))), 0);
  assert.deepEqual(ran, []);
  server.close();
});
