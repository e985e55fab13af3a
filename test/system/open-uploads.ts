import OSS from "ali-oss";
import { type System, targetBucket } from "./system.ts";

/** A multipart upload that is begun and neither completed nor aborted. */
export interface OpenUpload {
  readonly key: string;
  abort(): Promise<void>;
}

/** Every open upload of the target bucket, as Alibaba's own client lists it. */
export async function openUploads(system: System): Promise<readonly OpenUpload[]> {
  const { oss } = system.stores;
  const { hostname, port } = new URL(oss.url);
  const client = new OSS({
    endpoint: `http://${hostname}:${port}`,
    region: `oss-${oss.region}`,
    bucket: targetBucket,
    accessKeyId: oss.accessKeyId,
    accessKeySecret: oss.secretAccessKey,
  });
  const { uploads } = await client.listUploads({ "max-uploads": 1000 }, {});
  return (uploads ?? []).map(({ name, uploadId }) => ({
    key: name,
    async abort() {
      await client.abortMultipartUpload(name, uploadId);
    },
  }));
}
