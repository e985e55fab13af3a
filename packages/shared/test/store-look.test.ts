import { startEmulators } from "@causeway/emulators/start.ts";
import { createOssLook } from "../src/adapters/oss/look.ts";
import { createS3Look } from "../src/adapters/s3/look.ts";
import { storeLookContract } from "../src/testing/store-look-contract.ts";

const aheadMs = 120_000;
const unknown = async () => ({ accessKeyId: "nobody", secretAccessKey: "x" });
const fence = { allows: (address: string) => address.startsWith("192.0.2.") };

function open() {
  return startEmulators({
    s3: { region: "ap-northeast-1", buckets: { "look-source": { kind: "plain" } } },
    oss: { region: "cn-shanghai", buckets: { "look-target": { kind: "plain" } } },
    now: () => Date.now() + aheadMs,
  });
}

storeLookContract("S3", async () => {
  const stores = await open();
  const { url: endpoint, region, accessKeyId, secretAccessKey } = stores.s3;
  const known = async () => ({ accessKeyId, secretAccessKey });
  const options = { endpoint, region, bucket: "look-source", pathStyle: true, requesterPays: false, connections: 2 };
  return {
    look: createS3Look({ ...options, credentials: known }),
    stranger: createS3Look({ ...options, credentials: unknown }),
    fenced: createS3Look({ ...options, ...fence, credentials: known }),
    region,
    aheadMs,
    close: () => stores.close(),
  };
});

storeLookContract("OSS", async () => {
  const stores = await open();
  const { url: endpoint, region, accessKeyId, secretAccessKey } = stores.oss;
  const known = async () => ({ accessKeyId, secretAccessKey });
  const options = { endpoint, region, bucket: "look-target", connections: 2, signature: "v4" } as const;
  return {
    look: createOssLook({ ...options, credentials: known }),
    stranger: createOssLook({ ...options, credentials: unknown }),
    fenced: createOssLook({ ...options, ...fence, credentials: known }),
    region,
    aheadMs,
    close: () => stores.close(),
  };
});
