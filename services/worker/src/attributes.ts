import { Fault } from "@causeway/shared/domain/fault.ts";
import { mapAttributes, type MappingRule } from "@causeway/shared/domain/mapping.ts";
import type { SourceFacts, TargetAttributes } from "@causeway/shared/domain/object.ts";

/** What the target object gets of its source; what OSS cannot hold is a permanent fault. */
export function attributesOf(facts: SourceFacts, rule: MappingRule): TargetAttributes {
  const attributes = mapAttributes(facts, rule);
  if ("refused" in attributes) throw new Fault(attributes.refused, "permanent", { said: attributes.said });
  return attributes;
}
