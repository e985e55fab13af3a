import { keyCure, keyFaults } from "../model/key.ts";
import type { FileFault } from "../model/yaml-lines.ts";
import type { NamedText } from "./ipsec-conf.ts";

interface SharedSecret {
  /** Whose key it is; empty: anybody's. */
  readonly ids: readonly string[];
  /** As it is written. */
  readonly key: string;
  readonly line: number;
}

/** A tunnel that needs a key: both ends' identities, and where tunnel.yaml says that the key is kept. */
export interface KeyUse {
  readonly ids: readonly [string, string];
  readonly reference: string;
}

/** What there is to say about the keys in ipsec.secrets for these tunnels. No remark contains a key. */
export function secretRemarks({ file, text }: NamedText, uses: readonly KeyUse[]): readonly FileFault[] {
  const secrets = parseSecrets(text);
  return uses.flatMap(({ ids, reference }) => {
    const found = secretFor(secrets, ids);
    if (found === undefined) {
      const says = `There is no PSK for ${ids.join(" and ")}.`;
      return [{ file, line: 1, says, cure: `Store the key that the gateway has as ${reference}.` }];
    }
    const stored = {
      file,
      line: found.line,
      says: `The key for ${ids.join(" and ")} lies here in clear.`,
      cure: `Store it as ${reference}, then delete this file.`,
    };
    const key = decoded(found.key);
    const says = key === undefined ? ["The key is not the base64 that it says it is."] : keyFaults(key);
    const weak = says.map((sentence) => ({ file, line: found.line, says: sentence, cure: keyCure }));
    return [stored, ...weak];
  });
}

function parseSecrets(text: string): readonly SharedSecret[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [, ids = "", quoted, bare] = /^([^#:"]*):\s*PSK\s+(?:"([^"]*)"|(\S+))/i.exec(line) ?? [];
    const key = quoted ?? bare;
    if (key === undefined) return [];
    return [{ ids: ids.split(/\s+/).filter((id) => id !== "" && id !== "%any"), key, line: index + 1 }];
  });
}

/** strongSwan takes the secret that names most of the two ends, and none that names somebody else. */
function secretFor(secrets: readonly SharedSecret[], ids: readonly string[]): SharedSecret | undefined {
  const fitting = secrets.filter((secret) => secret.ids.every((id) => ids.includes(id)));
  return fitting.sort((one, other) => other.ids.length - one.ids.length)[0];
}

/** What the written key stands for: `0s` begins base64, `0x` hexadecimal digits. Undefined: it is not what it begins as. */
function decoded(key: string): string | undefined {
  if (/^0x([0-9a-f]{2})+$/i.test(key)) return new TextDecoder().decode(Uint8Array.fromHex(key.slice(2)));
  if (!key.startsWith("0s")) return key;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key.slice(2)) || key.length % 4 !== 2) return undefined;
  return new TextDecoder().decode(Uint8Array.fromBase64(key.slice(2)));
}
