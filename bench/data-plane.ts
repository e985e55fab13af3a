// npm run bench -- data-plane [--json]: what the client side of the stores costs, against a store that costs nothing.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import { crc64 } from "@causeway/shared/adapters/crc64/crc64.ts";
import { wasmCrc64 } from "@causeway/shared/adapters/crc64/wasm.ts";
import { createOssTarget } from "@causeway/shared/adapters/oss/oss-target.ts";
import { createS3Source } from "@causeway/shared/adapters/s3/s3-source.ts";
import { metadataOfRecord } from "@causeway/shared/domain/source-record.ts";

import { print, summarise } from "./lib/result.ts";

const ETAG = "9b2cf535f27731c974343645a3985328";
const LARGE_BYTES = 64 * 1024 ** 2;
const { signal } = new AbortController();

const store = fork(fileURLToPath(new URL("lib/raw-store.ts", import.meta.url)));
const port = await new Promise<number>((resolve) =>
  store.once("message", (address: { port: number }) => resolve(address.port)),
);

const common = {
  endpoint: `http://127.0.0.1:${port}`,
  bucket: "bench",
  connections: 64,
  credentials: async () => ({ accessKeyId: "access", secretAccessKey: "secret" }),
};
const source = createS3Source({ ...common, region: "us-east-1", pathStyle: true, requesterPays: false });
const target = createOssTarget({ ...common, region: "cn-shanghai", signature: "v4" });
const attributes = {
  headers: { "content-type": "binary/octet-stream" },
  userMetadata: metadataOfRecord({ sourceEtag: ETAG, sourceModifiedMs: 1_700_000_000_000, jobId: "bench" }),
  storageClass: "Standard",
  serverSideEncryption: undefined,
};

async function copySmall(at: number): Promise<void> {
  const key = `source/folder/${at} object-name.bin`;
  const body = await source.read({ key, etag: ETAG, range: undefined }, { signal });
  let bytes: Uint8Array = new Uint8Array();
  for await (const chunk of body.chunks) bytes = chunk;
  crc64(bytes);
  await target.put({ key, payload: { bytes }, attributes, ifThere: "replace" }, { signal });
}

async function copyLarge(): Promise<void> {
  const request = { key: "large", etag: ETAG, range: undefined, expectedBytes: LARGE_BYTES };
  const { chunks, sizeBytes } = await source.read(request, { signal });
  await target.put({ key: "large", payload: { chunks, sizeBytes }, attributes, ifThere: "replace" }, { signal });
}

const list = () => source.listPage({ after: "s", prefix: "", limit: 1000 }, { signal });

/** CPU of this process, in microseconds, for one of `count` acts of which `lanes` go on at once. */
async function cpuMicros(count: number, lanes: number, act: (at: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  let next = 0;
  const lane = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

async function measure() {
  const smallCpuMicros = await cpuMicros(20_000, 64, copySmall);
  const largeCpuMicros = await cpuMicros(24, 4, copyLarge);
  const listCpuMicros = await cpuMicros(200, 4, list);
  const bytes = new Uint8Array(8 * 1024 ** 2).fill(1);
  const crcCpuMicros = await cpuMicros(40, 1, async () => crc64(bytes));
  const wasmCpuMicros = await cpuMicros(40, 1, async () => wasmCrc64.crc64(bytes, 0n));
  return {
    cpuMicrosPerSmallObject: smallCpuMicros,
    cpuSecondsPerGB: (largeCpuMicros / LARGE_BYTES) * 1000,
    cpuMillisPerListPage: listCpuMicros / 1000,
    // The native one where it was built.
    crc64GBPerSecond: bytes.length / crcCpuMicros / 1000,
    crc64WasmGBPerSecond: bytes.length / wasmCpuMicros / 1000,
  };
}

await measure();
const runs = [await measure(), await measure(), await measure()];
await Promise.all([source.close(), target.close()]);
store.disconnect();
print(summarise("data-plane", runs));
