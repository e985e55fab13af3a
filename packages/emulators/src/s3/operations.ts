import { getObjectAcl, putObjectAcl } from "./acl.ts";
import { restoreObject } from "./archive.ts";
import { getObjectAttributes } from "./attributes.ts";
import {
  createBucket,
  deleteBucket,
  getBucketAcl,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from "./buckets.ts";
import type { BucketOperation, ServiceOperation } from "./call.ts";
import { completeMultipartUpload } from "./complete-upload.ts";
import { copyObject } from "./copy-object.ts";
import { deleteObject, deleteObjects } from "./delete-objects.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjects, listObjectsV2, listObjectVersions } from "./list-objects.ts";
import { listMultipartUploads, listParts } from "./list-uploads.ts";
import type { OperationName } from "./operation.ts";
import { putObject } from "./put-object.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging.ts";
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from "./upload-parts.ts";

/** Operations for which no bucket need be there. */
export const SERVICE_OPERATIONS: Partial<Record<OperationName, ServiceOperation>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
};

export const BUCKET_OPERATIONS: Partial<Record<OperationName, BucketOperation>> = {
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  GetBucketAcl: getBucketAcl,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  HeadObject: headObject,
  GetObjectAcl: getObjectAcl,
  GetObjectTagging: getObjectTagging,
  GetObjectAttributes: getObjectAttributes,
  ListParts: listParts,
  PutObject: putObject,
  CopyObject: copyObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  PutObjectAcl: putObjectAcl,
  PutObjectTagging: putObjectTagging,
  CreateMultipartUpload: createMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  RestoreObject: restoreObject,
  DeleteObject: deleteObject,
  DeleteObjectTagging: deleteObjectTagging,
};

/** Operations that change what a bucket holds. */
export const WRITES: ReadonlySet<OperationName> = new Set([
  "DeleteObjects",
  "PutObject",
  "CopyObject",
  "UploadPart",
  "UploadPartCopy",
  "PutObjectAcl",
  "PutObjectTagging",
  "CreateMultipartUpload",
  "CompleteMultipartUpload",
  "RestoreObject",
  "DeleteObject",
  "DeleteObjectTagging",
]);
