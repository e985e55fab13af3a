import { Fault } from "../../domain/fault.ts";

/** Whose words a fault of the network is told in. */
export type Side = "SOURCE" | "TARGET";

/** Codes of answers that are not what HTTP allows; undici's parser gives its errors a name, not always a code. */
const GARBLED = /^(?:HPE_|HTTPParserError|LANE_PROTOCOL|UND_ERR_HEADERS_OVERFLOW|ERR_SSL_WRONG_VERSION_NUMBER)/;

/** Codes of requests that never went out, because no HTTP can carry them (undici's and our own lanes'). */
const UNSENDABLE = new Set(["UND_ERR_INVALID_ARG", "LANE_UNSENDABLE"]);

/**
 * The fault for an error of the socket, of DNS or of TLS, or for a time that ran out. Whether the whole path is down is
 * decided by who sees more than one request.
 */
export function networkFault(side: Side, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const message = error instanceof Error && error.message !== "" ? error.message : String(error);
  const said = code === "" || code === "Error" || message.includes(code) ? message : `${code}: ${message}`;
  if (UNSENDABLE.has(code)) return new Fault(`${side}_REFUSED`, "permanent", { cause: error, said });
  if (GARBLED.test(code)) return new Fault(`${side}_FAILED`, "transient", { cause: error, said });
  return new Fault(`${side}_UNREACHABLE`, "transient", { cause: error, said });
}

/** The body that was announced and the one that came differ. */
export function truncated(side: Side, cameBytes: number, announcedBytes: number): Fault {
  const code = side === "SOURCE" ? "SOURCE_BODY_TRUNCATED" : "TARGET_FAILED";
  return new Fault(code, "transient", { said: `${cameBytes} bytes came where ${announcedBytes} were announced` });
}

/** Node joins the failures of several addresses in one AggregateError; the first of them speaks. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
