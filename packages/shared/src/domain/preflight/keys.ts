import type { OpenJobSpec } from "../job-spec.ts";
import { targetKey } from "../target-key.ts";
import { type Finding, ok, warning } from "./line.ts";
import { type Refused, judgeRefused } from "./refused-share.ts";

/** Judges whether OSS can hold the sampled keys under their new names. */
export function judgeKeys(keys: readonly string[], spec: OpenJobSpec): Finding {
  if (keys.length === 0) {
    return warning(
      "There is no object below source.prefix.",
      "Check source.bucket and source.prefix for a typing error.",
    );
  }
  const rule = {
    sourcePrefix: spec.source.prefix,
    targetPrefix: spec.target.prefix,
    leadingSlash: spec.keyRules.leadingSlash,
  };
  const refused: Refused[] = [];
  const held = new Map<string, string>();
  let twins: readonly [string, string] | undefined;
  for (const key of keys) {
    const mapped = targetKey(key, rule);
    if (typeof mapped !== "string") refused.push({ key, code: mapped.refused, said: mapped.said });
    else if (held.has(mapped)) twins ??= [held.get(mapped) ?? "", key];
    else held.set(mapped, key);
  }
  if (refused.length === 0 && twins !== undefined) {
    return warning(
      `${JSON.stringify(twins[0])} and ${JSON.stringify(twins[1])} get the same key at the target; only one of them is copied.`,
      "Rename one at the source, or set keyRules.leadingSlash to fail.",
    );
  }
  if (refused.length === 0) return ok(`All ${keys.length} sampled keys can be held by OSS.`);
  return judgeRefused(refused, {
    looked: keys.length,
    what: "sampled keys",
    fine: "",
    cure: 'Rename them at the source; for leading slashes set keyRules.leadingSlash to "strip"; for long keys choose a shorter target.prefix.',
    share: spec.failureLimits.share,
  });
}
