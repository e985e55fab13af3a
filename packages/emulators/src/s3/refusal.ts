import type { Answer, Exchange } from "../core/exchange.ts";
import { xmlElement } from "../core/xml-writer.ts";

/** What S3 says when it refuses: status and message by code, as in its API reference ("Error responses"). */
const REFUSALS = {
  AccessDenied: [403, "Access Denied"],
  AuthorizationHeaderMalformed: [400, "The authorization header is malformed."],
  AuthorizationQueryParametersError: [400, "Error parsing the X-Amz-Credential parameter."],
  BadDigest: [400, "The Content-MD5 or checksum value that you specified did not match what the server received."],
  BucketAlreadyOwnedByYou: [409, "The bucket that you tried to create already exists, and you own it."],
  BucketNotEmpty: [409, "The bucket that you tried to delete is not empty."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
  IncompleteBody: [400, "The request body terminated unexpectedly"],
  InvalidAccessKeyId: [403, "The AWS access key ID that you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-MD5 you specified was invalid."],
  InvalidObjectState: [403, "The operation is not valid for the object's storage class"],
  InvalidPart: [400, "One or more of the specified parts could not be found."],
  InvalidPartNumber: [416, "The requested partnumber is not satisfiable"],
  InvalidPartOrder: [400, "The list of parts was not in ascending order."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  InvalidStorageClass: [400, "The storage class you specified is not valid"],
  InvalidTag: [400, "The tag provided was not a valid tag."],
  InvalidToken: [400, "The provided token is malformed or otherwise invalid."],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedACLError: [400, "The XML you provided was not well-formed or did not validate against our schema"],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate against our published schema"],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchUpload: [404, "The specified multipart upload does not exist."],
  NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
  NotModified: [304, "Not Modified"],
  PermanentRedirect: [301, "The bucket you are attempting to access must be addressed using the specified endpoint."],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  RequestTimeTooSkewed: [403, "The difference between the request time and the server's time is too large."],
  RestoreAlreadyInProgress: [409, "Object restore is already in progress"],
  SignatureDoesNotMatch: [
    403,
    "The request signature that the server calculated does not match the signature that you provided.",
  ],
  XAmzContentSHA256Mismatch: [400, "The provided 'x-amz-content-sha256' header does not match what was computed."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type S3Code = keyof typeof REFUSALS;

/** What a refusal may say beyond its code. */
export interface RefusalDetails {
  readonly message?: string;
  /** Further elements of the error document: `StringToSign`, `Key`, … */
  readonly elements?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly elements: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error to throw from anywhere in an operation; the protocol turns it into the answer. */
export function refuse(code: S3Code, details: RefusalDetails = {}): Error & { readonly refusal: Refusal } {
  const [status, message] = REFUSALS[code];
  const refusal: Refusal = {
    status,
    code,
    message: details.message ?? message,
    elements: details.elements ?? {},
    headers: details.headers ?? {},
  };
  return Object.assign(new Error(`${code}: ${refusal.message}`), { refusal });
}

/** The refusal that an error carries; undefined for a defect. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof Error && "refusal" in error ? (error.refusal as Refusal) : undefined;
}

/** The error document; a HEAD and a 304 have no body, so their client learns the status only. */
export function answerRefusal(exchange: Exchange, refusal: Refusal): Answer {
  const bodiless = exchange.method === "HEAD" || refusal.status === 304;
  return {
    status: refusal.status,
    headers: { ...requestIds(exchange), ...refusal.headers, "content-type": "application/xml" },
    body: bodiless ? Buffer.alloc(0) : Buffer.from(errorDocument(exchange, refusal)),
  };
}

/** S3 has two ids of a request; support asks for both. */
export function requestIds(exchange: Exchange): Readonly<Record<string, string>> {
  return { "x-amz-request-id": exchange.requestId.slice(-16), "x-amz-id-2": exchange.requestId };
}

/** The `<Error>` document, with what S3 adds to every one: resource and ids. */
function errorDocument(exchange: Exchange, refusal: Refusal): string {
  const elements = {
    Code: refusal.code,
    Message: refusal.message,
    ...refusal.elements,
    Resource: exchange.rawPath,
    RequestId: exchange.requestId.slice(-16),
    HostId: exchange.requestId,
  };
  const inner = Object.entries(elements).map(([name, text]) => xmlElement(name, text));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner.join("")}</Error>`;
}
