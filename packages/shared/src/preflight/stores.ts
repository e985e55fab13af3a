import { Fault } from "../domain/fault.ts";
import type { Credentials, JobCredentials, OpenJobSpec } from "../domain/job-spec.ts";
import type { ObjectSource } from "../ports/object-source.ts";
import type { ObjectTarget } from "../ports/object-target.ts";
import type { StoreLook } from "../ports/store-look.ts";

/** Opens both sides of a job, and looks at them; nothing is sent yet. Throws a Fault where credentials are unusable. */
export interface StoresToLookAt {
  source(spec: OpenJobSpec["source"], credentials: Credentials): ObjectSource;
  target(spec: OpenJobSpec["target"], credentials: Credentials): ObjectTarget;
  sourceLook(spec: OpenJobSpec["source"], credentials: Credentials): StoreLook;
  targetLook(spec: OpenJobSpec["target"], credentials: Credentials): StoreLook;
}

/** One job's stores while they are looked at. */
export interface PreflightStores {
  readonly spec: OpenJobSpec;
  readonly sourceLook: StoreLook;
  readonly targetLook: StoreLook;
  /** Opened when first asked for. Throws the Fault of credentials that cannot be used here. */
  source(): ObjectSource;
  target(): ObjectTarget;
  /** The same source, with or without the header by which the requester pays. */
  sourceWith(requesterPays: OpenJobSpec["source"]["requesterPays"]): ObjectSource;
  /** Another bucket of the same source, with the same credentials. */
  sourceAt(bucket: string): ObjectSource;
  readonly credentialsOf: (side: "source" | "target") => "inline" | "by-reference";
  close(): Promise<void>;
}

/** Opens what is asked for, once, and closes it together. */
export function openPreflightStores(
  opener: StoresToLookAt,
  spec: OpenJobSpec,
  credentials: JobCredentials,
): PreflightStores {
  const opened = new Map<string, { close(): Promise<void> }>();
  const once = <T extends { close(): Promise<void> }>(name: string, open: () => T): (() => T) => {
    let store: T | undefined;
    return () => {
      store ??= open();
      opened.set(name, store);
      return store;
    };
  };
  return {
    spec,
    sourceLook: once("source look", () => opener.sourceLook(spec.source, credentials.source))(),
    targetLook: once("target look", () => opener.targetLook(spec.target, credentials.target))(),
    source: once("source", () => opener.source(spec.source, credentials.source)),
    target: once("target", () => opener.target(spec.target, credentials.target)),
    sourceWith: (requesterPays) =>
      once("source with", () => opener.source({ ...spec.source, requesterPays }, credentials.source))(),
    sourceAt: (bucket) =>
      once(`source at ${bucket}`, () => opener.source({ ...spec.source, bucket }, credentials.source))(),
    credentialsOf: (side) => ("from" in credentials[side] ? "by-reference" : "inline"),
    close: async () => {
      await Promise.all([...opened.values()].map((store) => store.close()));
    },
  };
}

/** Whether a fault only says that this process does not hold what a job names by reference. */
export function isUnseenHere(fault: unknown, stores: PreflightStores, side: "source" | "target"): fault is Fault {
  return (
    fault instanceof Fault &&
    fault.code.endsWith("_CREDENTIALS_INVALID") &&
    stores.credentialsOf(side) === "by-reference"
  );
}
