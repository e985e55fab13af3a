import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { ProxySettings } from "../adapters/http/proxy-rule.ts";

/** How a service reaches what is outside. */
export interface NetworkRules extends ProxySettings {
  /** A PEM file with certificate authorities beside Node's (CA_FILE). */
  readonly caFile: string | undefined;
}

/** All certificates to trust, as PEM; undefined: Node's own. */
export function trustedCertificates(caFile: string | undefined): string | undefined {
  return caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, "utf8")].join("\n");
}
