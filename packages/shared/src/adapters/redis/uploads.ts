import { z } from "zod";
import type { Upload } from "../../ports/object-target.ts";
import type { UploadLedger } from "../../ports/task-ledger.ts";
import { jobKey } from "./keys.ts";
import { createRunStep, jobScript, type RedisConnection } from "./scripts.ts";

const noteUpload = jobScript("note-upload");
const uploadSchema = z.tuple([z.string(), z.string()]);

export function createRedisUploads(redis: RedisConnection): UploadLedger {
  const step = createRunStep(redis);
  return {
    async note(jobId, upload) {
      await step(noteUpload, jobId, [packUpload(upload)]);
    },

    async forget(jobId, upload) {
      await redis.srem(jobKey(jobId, "uploads"), packUpload(upload));
    },

    async list(jobId, limit) {
      const members = limit < 1 ? [] : await redis.srandmember(jobKey(jobId, "uploads"), limit);
      return members.map((member) => {
        const [uploadId, key] = uploadSchema.parse(JSON.parse(member));
        return { key, uploadId };
      });
    },
  };
}

export function packUpload({ key, uploadId }: Upload): string {
  return JSON.stringify([uploadId, key]);
}
