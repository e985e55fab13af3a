import type { JobSpec } from "./job-spec.ts";
import type { Refusal } from "./refusal.ts";

/** What of a job bears on the names of its objects. */
export interface KeyRule {
  readonly sourcePrefix: string;
  readonly targetPrefix: string;
  readonly leadingSlash: JobSpec["keyRules"]["leadingSlash"];
}

/** OSS' limit for a key, in UTF-8 bytes; S3's is one more. */
const longestKeyBytes = 1023;

/**
 * The key at the target: the source prefix replaced by the target prefix, everything else byte for byte; where the job says
 * so, one leading slash or backslash is taken away. Keys that OSS
 * cannot hold are refused (https://www.alibabacloud.com/help/en/oss/user-guide/object-overview), never altered silently.
 */
export function targetKey(sourceKey: string, rule: KeyRule): string | Refusal {
  if (!sourceKey.startsWith(rule.sourcePrefix)) {
    return { refused: "KEY_INVALID", said: "the key does not start with the source prefix" };
  }
  const mapped = rule.targetPrefix + sourceKey.slice(rule.sourcePrefix.length);
  const key = rule.leadingSlash === "strip" ? mapped.replace(/^[/\\]/, "") : mapped;
  if (key === "") return { refused: "KEY_INVALID", said: "nothing is left of the key behind the prefix" };
  const first = key.charCodeAt(0);
  if (first === 0x2f || first === 0x5c) return { refused: "KEY_LEADING_SLASH", said: "the key starts with / or \\" };
  if (!key.isWellFormed()) return { refused: "KEY_INVALID", said: "the key holds a lone surrogate" };
  if (/[\r\n\0]/.test(key)) return { refused: "KEY_INVALID", said: "the key holds a line break or a NUL" };
  // A UTF-16 unit is at most three bytes, so most keys need not be measured.
  const bytes = key.length * 3 <= longestKeyBytes ? 0 : Buffer.byteLength(key);
  if (bytes > longestKeyBytes) return { refused: "KEY_TOO_LONG", said: `the key has ${bytes} bytes` };
  return key;
}

const none: readonly string[] = [];

/**
 * Source keys that go before this one where they exist, because they get the same key at the target: with `strip` and no
 * target prefix, `a`, `/a` and `\a` all become `a`. Empty for every other key.
 */
export function precedingKeys(sourceKey: string, rule: KeyRule): readonly string[] {
  // In front of a target prefix the same character is taken from every key: they stay apart.
  if (rule.leadingSlash !== "strip" || rule.targetPrefix !== "") return none;
  const tail = sourceKey.slice(rule.sourcePrefix.length);
  const bare = tail.slice(1);
  if (tail.startsWith("/")) return [rule.sourcePrefix + bare];
  if (tail.startsWith("\\")) return [rule.sourcePrefix + bare, `${rule.sourcePrefix}/${bare}`];
  return [];
}
