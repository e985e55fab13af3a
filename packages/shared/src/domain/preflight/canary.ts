import { type Finding, failure, ok, warning } from "./line.ts";

/** What S3 said when the canary bucket was listed. `other`: neither yes nor no. */
export interface CanaryReading {
  readonly bucket: string;
  readonly answer: "listed" | "denied" | "other";
  /** In S3's words; empty where it said nothing. */
  readonly said: string;
}

/**
 * AWS names the policy that denied: "… because no VPC endpoint policy allows the s3:ListBucket action", or "… with an explicit
 * deny in a VPC endpoint policy" (IAM User Guide, "Troubleshoot access denied error messages").
 */
const byEndpoint = /\bVPC endpoint policy\b/i;

/**
 * Judges whether S3 is reached through the VPC's gateway endpoint. Such an endpoint cannot be seen from inside, for S3 keeps its
 * public addresses. So its policy denies one bucket that the credentials may list otherwise, and that very denial is the proof.
 */
export function judgeCanary({ bucket, answer, said }: CanaryReading): Finding {
  if (answer === "listed") {
    return failure(
      `The canary bucket ${bucket} could be listed: requests to S3 do not go through the VPC endpoint whose policy denies it.`,
      "Give this subnet's route table the route of the S3 gateway endpoint, and see that no HTTPS_PROXY leads around it.",
    );
  }
  if (answer === "denied" && byEndpoint.test(said)) {
    return ok(`S3 is reached through the VPC endpoint: its policy denies the canary bucket ${bucket}.`);
  }
  const words = said === "" ? "" : ` (${said})`;
  if (answer === "denied") {
    return warning(
      `The canary bucket ${bucket} is denied, but S3 does not say that a VPC endpoint's policy denies it${words}.`,
      "Let the source's credentials list the canary bucket: then only the endpoint's policy can deny it.",
    );
  }
  return warning(
    `The canary bucket ${bucket} proves nothing${words}.`,
    "See that S3_CANARY_BUCKET names a bucket that is there, in the source's region.",
  );
}
