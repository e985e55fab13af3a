import type { OpenJobSpec } from "../job-spec.ts";
import { mapAttributes, mappingRule } from "../mapping.ts";
import type { SourceFacts } from "../object.ts";
import { type Finding, warning } from "./line.ts";
import { type Refused, judgeRefused } from "./refused-share.ts";

/** Stands for an id of the usual length: the record that goes along counts towards OSS' limit. */
const anyJobId = "00000000-0000-4000-8000-000000000000";

/** Judges whether OSS takes the headers and metadata of the sampled objects. */
export function judgeMetadata(facts: readonly SourceFacts[], spec: OpenJobSpec): Finding {
  if (facts.length === 0)
    return warning("No object's metadata could be looked at.", "See source.list and source.read.");
  const rule = mappingRule(anyJobId, spec);
  const refused = facts.flatMap((fact): Refused[] => {
    const mapped = mapAttributes(fact, rule);
    return "refused" in mapped ? [{ key: fact.key, code: mapped.refused, said: mapped.said }] : [];
  });
  return judgeRefused(refused, {
    looked: facts.length,
    what: "sampled objects",
    fine: `OSS takes the metadata of all ${facts.length} sampled objects.`,
    cure: 'For names with _ and the like set keyRules.metadataNames to "dash"; otherwise shorten or mend the metadata at the source.',
    share: spec.failureLimits.share,
  });
}
