import { BlockList, isIPv6 } from "node:net";
import { proxyFor } from "../adapters/http/proxy-rule.ts";
import { createOssCredentialChain } from "../adapters/oss/credential-chain.ts";
import { createOssLook } from "../adapters/oss/look.ts";
import { createOssTarget, type OssTargetOptions } from "../adapters/oss/oss-target.ts";
import { createS3CredentialChain } from "../adapters/s3/credential-chain.ts";
import { createS3Look } from "../adapters/s3/look.ts";
import { createS3Source, type S3SourceOptions } from "../adapters/s3/s3-source.ts";
import type { Credentials, OpenJobSpec } from "../domain/job-spec.ts";
import type { ObjectSource } from "../ports/object-source.ts";
import type { ObjectTarget } from "../ports/object-target.ts";
import type { StoreLook } from "../ports/store-look.ts";
import { createAddressRules } from "./address-rules.ts";
import { type CredentialRules, type CredentialSource, credentialSource } from "./credentials.ts";
import { type NetworkRules, trustedCertificates } from "./network.ts";

export interface StoreRules extends CredentialRules, NetworkRules {
  /** Connections to each side. */
  readonly connections: number;
  /** Address blocks that the target may resolve to (OSS_ALLOWED_CIDRS); none: any. */
  readonly targetCidrs: readonly string[];
  /**
   * ALLOWED_ENDPOINTS: a host that it does not name itself gets no byte at an address of this machine or of a metadata
   * service, whatever DNS says by then. Undefined: no check, where the operator's own hand opens the stores.
   */
  readonly allowedEndpoints?: readonly string[] | undefined;
}

/** Opens the two sides of a job; nothing is sent yet. Throws a permanent Fault where a credential reference is unusable. */
export interface StoreOpener {
  source(spec: OpenJobSpec["source"], credentials: Credentials): ObjectSource;
  target(spec: OpenJobSpec["target"], credentials: Credentials): ObjectTarget;
  sourceLook(spec: OpenJobSpec["source"], credentials: Credentials): StoreLook;
  targetLook(spec: OpenJobSpec["target"], credentials: Credentials): StoreLook;
}

/** What master and worker open S3 and OSS with, by the operator's rules. */
export function createStoreOpener(rules: StoreRules): StoreOpener {
  const ca = trustedCertificates(rules.caFile);
  const inBlocks = allowsOnly(rules.targetCidrs);
  const addressRules = createAddressRules(rules.allowedEndpoints ?? []);
  const unguarded = (endpoint: string): AddressRule =>
    rules.allowedEndpoints === undefined ? undefined : addressRules.addressesOf(endpoint);
  const { connections, env } = rules;
  const s3Options = (spec: OpenJobSpec["source"], credentials: Credentials): S3SourceOptions => ({
    ...spec,
    connections,
    ca,
    allows: unguarded(spec.endpoint),
    proxy: proxyFor(spec.endpoint, rules, "any"),
    credentials: credentialSource("SOURCE", credentials, rules, () => createS3CredentialChain(spec.region)),
  });
  const ossOptions = (spec: OpenJobSpec["target"], credentials: Credentials): OssTargetOptions => ({
    ...spec,
    connections,
    ca,
    allows: both(inBlocks, unguarded(spec.endpoint)),
    proxy: proxyFor(spec.endpoint, rules, inBlocks === undefined && spec.addresses.length === 0 ? "any" : "fixed"),
    signature: "v4",
    credentials: credentialSource("TARGET", credentials, rules, () => createOssCredentialChain(env)),
  });
  return {
    source: (spec, credentials) => createS3Source(s3Options(spec, credentials)),
    target: (spec, credentials) => createOssTarget(ossOptions(spec, credentials)),
    sourceLook: (spec, given) =>
      createS3Look({ ...s3Options(spec, unused), credentials: late(() => s3Options(spec, given).credentials) }),
    targetLook: (spec, given) =>
      createOssLook({ ...ossOptions(spec, unused), credentials: late(() => ossOptions(spec, given).credentials) }),
  };
}

/** Stands where the real ones come late. */
const unused: Credentials = { accessKeyId: "none", secretAccessKey: "none" };

/** Most of what a look asks needs no credentials, so it begins although they are unusable. */
function late(open: () => CredentialSource): CredentialSource {
  let source: CredentialSource | undefined;
  return async () => {
    source ??= open();
    return source();
  };
}

type AddressRule = ((address: string) => boolean) | undefined;

function both(first: AddressRule, second: AddressRule): AddressRule {
  if (first === undefined || second === undefined) return first ?? second;
  return (address) => first(address) && second(address);
}

/** Undefined without blocks: every address will do. */
function allowsOnly(cidrs: readonly string[]): AddressRule {
  if (cidrs.length === 0) return undefined;
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits = ""] = cidr.split("/");
    blocks.addSubnet(network, Number(bits), isIPv6(network) ? "ipv6" : "ipv4");
  }
  return (address) => blocks.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
