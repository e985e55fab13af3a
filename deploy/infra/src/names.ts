import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "./plan/plan.ts";

/** What every part of the program is given. */
export interface Setting {
  readonly plan: Plan;
  readonly aws: pulumi.ProviderResource;
  readonly near: pulumi.ProviderResource;
  readonly far: pulumi.ProviderResource;
}

/** `tokyo-shanghai-vpc`, and the same as the resource's tag. */
export function named(plan: Plan, what: string): { readonly name: string; readonly tags: { readonly Name: string } } {
  const name = `${plan.settings.name}-${what}`;
  return { name, tags: { Name: name } };
}
