import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { ProxySettings } from "../adapters/http/proxy-rule.ts";

/** How a service reaches what is outside. */
export interface NetworkRules extends ProxySettings {
  /** A PEM file with certificate authorities beside Node's (CA_FILE). */
  readonly caFile: string | undefined;
}

/** The network's rules, out of the settings that every service has. */
export function networkRulesOf(settings: {
  readonly CA_FILE: NetworkRules["caFile"];
  readonly HTTPS_PROXY: NetworkRules["httpsProxy"];
  readonly NO_PROXY: NetworkRules["noProxy"];
}): NetworkRules {
  return { caFile: settings.CA_FILE, httpsProxy: settings.HTTPS_PROXY, noProxy: settings.NO_PROXY };
}

/** All certificates to trust, as PEM; undefined: Node's own. */
export function trustedCertificates(caFile: string | undefined): string | undefined {
  return caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, "utf8")].join("\n");
}
