import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { sourceBucket, startSystem, type System } from "../system/system.ts";
import { type Rules, type Run, startIntegrityRuns } from "./integrity-world.ts";

const mebibyte = 1024 ** 2;
/** S3 takes no smaller parts; the job's own part size is another. */
const partBytes = 5 * mebibyte;
const sizes = { small: 6 * mebibyte, inOneTask: 12 * mebibyte, spread: 27 * mebibyte } as const;
const names = Object.keys(sizes);
const largeObjects = { multipartThreshold: 8 * mebibyte, spreadThreshold: 20 * mebibyte, partSize: mebibyte };

/** Objects as an uploader in parts leaves them, without a checksum beside them: their ETag is all that proves them. */
async function layObjects(system: System): Promise<void> {
  const { url, region, accessKeyId, secretAccessKey } = system.stores.s3;
  const s3 = new S3Client({
    endpoint: url,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  for (const [name, sizeBytes] of Object.entries(sizes)) {
    const to = { Bucket: sourceBucket, Key: `from/${name}` };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...to, ChecksumAlgorithm: "SHA256" }));
    const Parts: CompletedPart[] = [];
    for (let at = 0; at < sizeBytes; at += partBytes) {
      const PartNumber = Parts.length + 1;
      const Body = Buffer.alloc(Math.min(partBytes, sizeBytes - at), `${name} ${PartNumber} `);
      const sent = new UploadPartCommand({ ...to, UploadId, PartNumber, Body, ChecksumAlgorithm: "SHA256" });
      const { ETag, ChecksumSHA256 } = await s3.send(sent);
      Parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    await s3.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
  }
  s3.destroy();
}

function seen({ outcomes }: Run): readonly string[] {
  return names.map((name) => {
    const outcome = outcomes.get(name);
    if (outcome?.state === "copied") return `${name} ${outcome.proof}`;
    return outcome?.state === "failed" ? `${name} ${outcome.code}` : `${name} ${outcome?.state}`;
  });
}

const each = (what: string): readonly string[] => names.map((name) => `${name} ${what}`);
const flipped: Rules = [{ fault: "flip-byte", operation: "GetObject", afterBytes: 100 }];

describe("objects whose only proof is the ETag of their parts", { timeout: 600_000 }, () => {
  test("are proven by it where the job asks for MD5, and by nothing where it does not", async (t) => {
    const system = await startSystem({ workers: 2 });
    t.after(() => system.stop());
    await layObjects(system);
    const run = startIntegrityRuns(system);
    const md5 = { sourceProof: "md5", largeObjects };

    await t.test("they arrive, whole and with that proof in the journal", async () => {
      const done = await run({}, md5);
      assert.deepEqual(seen(done), each("multipart-md5"));
      assert.ok((await system.compare(done.job)).isEqual);
    });

    await t.test("a byte flipped once costs an attempt", async () => {
      const once = flipped.map((rule) => ({ ...rule, timesPerKey: 1 }));
      const done = await run({ s3: once }, md5);
      assert.deepEqual(seen(done), each("multipart-md5"));
      const attempts = names.map((name) => done.outcomes.get(name)?.attempts);
      assert.deepEqual(attempts, [2, 2, 2]);
      assert.ok((await system.compare(done.job)).isEqual);
    });

    await t.test("a byte flipped each time fails the object, and no bad copy or upload is left", async () => {
      const done = await run({ s3: flipped }, md5);
      assert.deepEqual(seen(done), each("SOURCE_CHECKSUM_MISMATCH"));
      assert.deepEqual([done.arrived, done.leftUploads], [[], 0]);
    });

    await t.test("without asking, the flipped byte arrives unseen, and the journal claims no proof", async () => {
      const done = await run({ s3: flipped }, { largeObjects });
      assert.deepEqual(seen(done), each("none"));
      assert.equal((await system.compare(done.job)).isEqual, false);
    });
  });
});
