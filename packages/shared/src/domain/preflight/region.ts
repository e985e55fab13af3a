import { type Finding, failure, ok, warning } from "./line.ts";

/** Judges whether a bucket is in the region that the job names. */
export function judgeRegion(side: "source" | "target", named: string, found: string | undefined): Finding {
  if (found === undefined) {
    return warning(
      `The store does not tell in which region the bucket is; ${side}.region says ${named}.`,
      side === "source"
        ? "Allow s3:GetBucketLocation to have it checked, or compare it with the console."
        : "Allow oss:GetBucketLocation to have it checked, or compare it with the console.",
    );
  }
  if (found === named) return ok(`The bucket is in ${found}, as ${side}.region says.`);
  return failure(
    `The bucket is in ${found}, but ${side}.region says ${named}.`,
    `Set ${side}.region to ${found}, and ${side}.endpoint to that region's endpoint.`,
  );
}
