/** What a TCP connection to the target looks like from this host, and what its kernel allows. */
export interface PathMeasure {
  /** The quickest of a few connections, ms. */
  readonly roundTripMs: number;
  /** The largest segment that both ends agreed on; undefined: `ss` does not tell. */
  readonly mssBytes: number | undefined;
  readonly congestionControl: string | undefined;
  /** What congestion controls the kernel has at hand. */
  readonly available: readonly string[];
  /** The largest buffers that a socket may grow to. */
  readonly receiveBufferBytes: number | undefined;
  readonly sendBufferBytes: number | undefined;
  /** What one upload reached, once it was under way; undefined: nothing was sent. */
  readonly bytesPerSecond: number | undefined;
}

/** One thing that was seen, with what to change about it; null: nothing. */
export interface Advice {
  readonly says: string;
  readonly cure: string | null;
}

/** The largest segment that fits into the internet's 1,500 bytes once it is encrypted, with something to spare. */
const mostMssBytes = 1360;
/** Buffers that hold a whole Gbit/s for the longest round trip between two continents, twice over. */
const wantedBufferBytes = 64 * 1024 * 1024;
const sysctlFile = "/etc/sysctl.d/60-causeway-tunnel.conf, which causeway tunnel render writes";

/** Says what was measured, and what to change. */
export function adviceOn(measure: PathMeasure): readonly Advice[] {
  return [onSpeed(measure), onMss(measure), onBuffers(measure), onCongestion(measure)].filter(
    (advice) => advice !== undefined,
  );
}

function onSpeed({ roundTripMs, bytesPerSecond, sendBufferBytes }: PathMeasure): Advice {
  const trip = `The target is ${roundTripMs.toFixed(roundTripMs < 10 ? 1 : 0)} ms away`;
  if (bytesPerSecond === undefined) return { says: `${trip}.`, cure: null };
  const mbits = `${trip}; one connection carries ${megabits(bytesPerSecond)} Mbit/s.`;
  // A connection sends at most one buffer in each round trip.
  const ceiling = sendBufferBytes === undefined ? Infinity : sendBufferBytes / (roundTripMs / 1000);
  if (bytesPerSecond < ceiling / 2) return { says: mbits, cure: null };
  return { says: `${mbits} Its send buffer allows no more.`, cure: `Load ${sysctlFile}.` };
}

function onMss({ mssBytes }: PathMeasure): Advice | undefined {
  if (mssBytes === undefined) return undefined;
  const says = `Segments to the target hold up to ${mssBytes} bytes.`;
  if (mssBytes <= mostMssBytes) return { says, cure: null };
  const cure = `Inside a tunnel they must not exceed ${mostMssBytes}, or they are cut in pieces or lost: load the guard of causeway tunnel render, which clamps them.`;
  return { says, cure };
}

function onBuffers({ receiveBufferBytes, sendBufferBytes, roundTripMs }: PathMeasure): Advice | undefined {
  if (receiveBufferBytes === undefined || sendBufferBytes === undefined) return undefined;
  const least = Math.min(receiveBufferBytes, sendBufferBytes);
  if (least >= wantedBufferBytes) return { says: "Socket buffers may grow to 64 MiB.", cure: null };
  const says = `Socket buffers may grow to ${Math.floor(least / 1024)} KiB only: at ${Math.ceil(roundTripMs)} ms that is ${megabits(least / (Math.max(roundTripMs, 0.1) / 1000))} Mbit/s for a connection at best.`;
  return { says, cure: `Load ${sysctlFile}.` };
}

function onCongestion({ congestionControl, available }: PathMeasure): Advice | undefined {
  if (congestionControl === undefined) return undefined;
  const says = `Congestion is controlled by ${congestionControl}.`;
  if (congestionControl === "bbr") return { says, cure: null };
  if (available.includes("bbr")) return { says, cure: `BBR loses less on long paths: load ${sysctlFile}.` };
  return { says: `${says} The kernel has no BBR at hand.`, cure: "modprobe tcp_bbr, if the kernel has the module." };
}

function megabits(bytesPerSecond: number): string {
  return Math.round((bytesPerSecond * 8) / 1e6).toLocaleString("en");
}
