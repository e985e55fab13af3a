import type { StoreLook } from "../../ports/store-look.ts";
import { wholeBody } from "../http/http.ts";
import { fieldOf } from "../http1/header-fields.ts";
import { locate } from "../http/location.ts";
import { greetStore, locationOfDocument, readAddresses } from "../http/look.ts";
import { createTransport } from "../http/transport.ts";
import { faultOfAnswer } from "./faults.ts";
import { createS3Client, type S3SourceOptions } from "./client.ts";

/** What S3 tells of itself and a bucket. */
export function createS3Look(options: S3SourceOptions): StoreLook {
  const location = locate(options.endpoint, options.bucket, options.pathStyle ? "path" : "virtual");
  const way = { ...options, side: "SOURCE", origin: location.origin } as const;
  const transport = createTransport(way);
  const client = createS3Client(options);
  return {
    addresses: () => readAddresses("SOURCE", way),
    greet: ({ signal }) => greetStore(transport, location, signal),
    region: async ({ signal }) => {
      // S3 names the bucket's region in every answer about it, refusals included.
      const { answer } = await greetStore(transport, location, signal);
      const named = fieldOf(answer.headers, "x-amz-bucket-region");
      if (named !== undefined) return named;
      const found = await client.send(
        { method: "GET", key: undefined, query: { location: "" }, wholeUpToBytes: 64 * 1024 },
        signal,
      );
      if (found.status !== 200) {
        const fault = faultOfAnswer(found);
        // Whether the credentials are good is seen elsewhere.
        if (fault.code !== "SOURCE_REGION_MISMATCH") return undefined;
        throw fault;
      }
      const region = locationOfDocument(wholeBody(found).toString());
      return region === "" ? "us-east-1" : region;
    },
    close: async () => {
      await transport.close();
      await client.close();
    },
  };
}
