import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";
import { outageMs, patiently, type StoreWatch, unwatchedStore } from "./patience.ts";

type Listing = Pick<ObjectSource, "listPage">;

export interface PatientParts {
  readonly clock: Clock;
  readonly watch: StoreWatch;
}

const deadlineMs = 60_000;
/** A probe that fails is made again later; meanwhile it takes a slot from other jobs. */
const probeMs = 15_000;

/** A source whose pages are asked for until they come; what may pass is waited for. */
export function patientSource(source: Listing, parts: PatientParts): Listing {
  return patientFor(outageMs, source, parts);
}

/** The same for whoever looks where a shard may be cut: it waits no longer than a moment. */
export function probedSource(source: Listing, clock: Clock): Listing {
  return patientFor(probeMs, source, { clock, watch: unwatchedStore });
}

function patientFor(patienceMs: number, source: Listing, parts: PatientParts): Listing {
  const patience = {
    ...parts,
    patienceMs,
    throttling: "without-end",
    deadlineMs,
    unanswered: "SOURCE_UNREACHABLE",
  } as const;
  return {
    listPage: (request, options: Signalled) => patiently((tried) => source.listPage(request, tried), patience, options),
  };
}
