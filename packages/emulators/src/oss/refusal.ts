import type { Answer, Exchange } from "../core/exchange.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

/**
 * What OSS says when it refuses: status, message and, where Alibaba documents it, the EC that its troubleshooter knows.
 * Codes and messages are those of OSS' error reference.
 */
const REFUSALS = {
  AccessDenied: { status: 403, message: "AccessDenied", ec: "0003-00000001" },
  BucketNotEmpty: { status: 409, message: "The bucket you tried to delete is not empty.", ec: "0015-00000301" },
  EntityTooLarge: { status: 400, message: "Your proposed upload exceeds the maximum allowed size.", ec: undefined },
  EntityTooSmall: {
    status: 400,
    message: "Your proposed upload smaller than the minimum allowed size.",
    ec: undefined,
  },
  FileAlreadyExists: {
    status: 409,
    message: "The object you specified already exists and can not be overwritten.",
    ec: "0026-00000017",
  },
  IncompleteBody: { status: 400, message: "The request body is incomplete.", ec: undefined },
  InvalidAccessKeyId: {
    status: 403,
    message: "The OSS Access Key Id you provided does not exist in our records.",
    ec: "0002-00000902",
  },
  InvalidArgument: { status: 400, message: "Invalid Argument.", ec: undefined },
  InvalidBucketName: { status: 400, message: "The specified bucket is not valid.", ec: "0015-00000001" },
  InvalidDigest: { status: 400, message: "The Content-MD5 you specified was invalid.", ec: undefined },
  InvalidObjectName: { status: 400, message: "The specified object is not valid.", ec: undefined },
  InvalidObjectState: {
    status: 403,
    message: "The operation is not valid for the object's state",
    ec: undefined,
  },
  InvalidPart: {
    status: 400,
    message:
      "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
    ec: undefined,
  },
  InvalidPartOrder: {
    status: 400,
    message: "The list of parts was not in ascending order. Parts list must specified in order by part number.",
    ec: undefined,
  },
  InvalidRange: { status: 416, message: "The requested range cannot be satisfied.", ec: undefined },
  InvalidRequest: { status: 400, message: "Invalid request.", ec: undefined },
  InvalidSecurityToken: {
    status: 403,
    message: "The security token you provided is invalid.",
    ec: undefined,
  },
  InvalidStorageClass: { status: 400, message: "Invalid storage class.", ec: undefined },
  InvalidTag: { status: 400, message: "The tag you specified is invalid.", ec: "0010-00000217" },
  InvalidTargetType: { status: 400, message: "The target of the symbolic link is a symbolic link.", ec: undefined },
  MalformedXML: {
    status: 400,
    message: "The XML you provided was not well-formed or did not validate against our published schema.",
    ec: undefined,
  },
  MethodNotAllowed: {
    status: 405,
    message: "The specified method is not allowed against this resource.",
    ec: undefined,
  },
  MissingArgument: { status: 400, message: "Missing Some Required Arguments.", ec: undefined },
  MissingContentLength: { status: 411, message: "You must provide the Content-Length HTTP header.", ec: undefined },
  NoSuchBucket: { status: 404, message: "The specified bucket does not exist.", ec: "0015-00000101" },
  NoSuchKey: { status: 404, message: "The specified key does not exist.", ec: "0026-00000001" },
  NoSuchUpload: {
    status: 404,
    message:
      "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    ec: "0042-00000002",
  },
  NotImplemented: {
    status: 501,
    message: "A parameter you provided implies functionality that is not implemented.",
    ec: undefined,
  },
  NotSymlink: { status: 400, message: "The object is not symlink.", ec: undefined },
  ObjectNotAppendable: { status: 409, message: "The object is not appendable.", ec: undefined },
  OperationNotSupported: {
    status: 400,
    message: "The operation is not supported for this resource.",
    ec: undefined,
  },
  PositionNotEqualToLength: { status: 409, message: "Position is not equal to file length", ec: undefined },
  PreconditionFailed: {
    status: 412,
    message: "At least one of the pre-conditions you specified did not hold.",
    ec: undefined,
  },
  RequestTimeTooSkewed: {
    status: 403,
    message: "The difference between the request time and the current time is too large.",
    ec: "0002-00000504",
  },
  RestoreAlreadyInProgress: { status: 409, message: "The restore operation is in progress.", ec: undefined },
  SignatureDoesNotMatch: {
    status: 403,
    message:
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ec: "0002-00000040",
  },
  SymlinkTargetNotExist: { status: 404, message: "The symlink target does not exist.", ec: undefined },
} as const satisfies Record<string, { status: number; message: string; ec: string | undefined }>;

export type OssCode = keyof typeof REFUSALS;

/** What a refusal may say beyond its code. */
export interface RefusalDetails {
  readonly message?: string;
  readonly ec?: string;
  /** Further elements of the error document: `StringToSign`, `Key`, … */
  readonly elements?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly ec: string | undefined;
  readonly elements: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error to throw from anywhere in an operation; `createOssProtocol` turns it into the answer. */
export function refuse(code: OssCode, details: RefusalDetails = {}): Error & { readonly refusal: Refusal } {
  const { status, message, ec } = REFUSALS[code];
  const refusal: Refusal = {
    status,
    code,
    message: details.message ?? message,
    ec: details.ec ?? ec,
    elements: details.elements ?? {},
    headers: details.headers ?? {},
  };
  return Object.assign(new Error(`${code}: ${refusal.message}`), { refusal });
}

/** The refusal that an error carries; undefined for a defect. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof Error && "refusal" in error ? (error.refusal as Refusal) : undefined;
}

/** The error document. A HEAD has no body: there the document travels in `x-oss-err`, base64. */
export function answerRefusal(exchange: Exchange, refusal: Refusal): Answer {
  const document = xmlDocument(
    "Error",
    xmlElement("Code", refusal.code) +
      xmlElement("Message", refusal.message) +
      xmlElement("RequestId", exchange.requestId) +
      xmlElement("HostId", exchange.headers["host"] ?? "") +
      Object.entries(refusal.elements)
        .map(([name, text]) => xmlElement(name, text))
        .join("") +
      (refusal.ec === undefined ? "" : xmlElement("EC", refusal.ec)),
  );
  const isHead = exchange.method === "HEAD";
  return {
    status: refusal.status,
    headers: {
      "content-type": "application/xml",
      ...(refusal.ec === undefined ? {} : { "x-oss-ec": refusal.ec }),
      ...(isHead ? { "x-oss-err": document.toString("base64") } : {}),
      ...refusal.headers,
    },
    body: isHead ? Buffer.alloc(0) : document,
  };
}
