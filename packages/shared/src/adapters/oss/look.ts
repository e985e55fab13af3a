import type { StoreLook } from "../../ports/store-look.ts";
import { wholeBody } from "../http/http.ts";
import { locate } from "../http/location.ts";
import { greetStore, locationOfDocument, readAddresses } from "../http/look.ts";
import { createTransport } from "../http/transport.ts";
import { createOssClient, type OssTargetOptions } from "./client.ts";
import { faultOfAnswer } from "./faults.ts";

/** What OSS tells of itself and a bucket. */
export function createOssLook(options: OssTargetOptions): StoreLook {
  const location = locate(options.endpoint, options.bucket, "virtual");
  const way = { ...options, side: "TARGET", origin: location.origin } as const;
  const transport = createTransport(way);
  const client = createOssClient(options);
  return {
    addresses: () => readAddresses("TARGET", way),
    greet: ({ signal }) => greetStore(transport, location, signal),
    region: async ({ signal }) => {
      const answer = await client.send({ method: "GET", key: "", query: { location: "" } }, signal);
      if (answer.status === 200) {
        return locationOfDocument(wholeBody(answer).toString())?.replace(/^oss-/, "");
      }
      const fault = faultOfAnswer(answer);
      // Another region's endpoint, or its name in the signature: OSS says which.
      if (fault.code === "TARGET_REGION_MISMATCH") throw fault;
      return undefined;
    },
    close: async () => {
      await transport.close();
      await client.close();
    },
  };
}
