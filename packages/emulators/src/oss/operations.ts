import * as buckets from "./buckets.ts";
import type { BucketOperation, ServiceOperation } from "./call.ts";
import { completeMultipartUpload } from "./complete-upload.ts";
import { copyObject } from "./copy-object.ts";
import { deleteMultipleObjects, deleteObject } from "./delete-object.ts";
import { getObject, getObjectMeta, getSymlink, headObject } from "./get-object.ts";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { listMultipartUploads, listParts } from "./list-uploads.ts";
import * as settings from "./object-settings.ts";
import { appendObject, putObject, putSymlink } from "./put-object.ts";
import { restoreObject } from "./restore-object.ts";
import type { OssOperation } from "./route.ts";
import { abortMultipartUpload, initiateMultipartUpload, uploadPart, uploadPartCopy } from "./upload-parts.ts";

/** What needs no bucket to be there; only for the account itself. */
export const SERVICE_OPERATIONS: Partial<Readonly<Record<OssOperation, ServiceOperation>>> = {
  ListBuckets: buckets.listBuckets,
  PutBucket: buckets.putBucket,
  PutBucketAcl: buckets.putBucketAcl,
};

export const BUCKET_OPERATIONS: Partial<Readonly<Record<OssOperation, BucketOperation>>> = {
  DeleteBucket: buckets.deleteBucket,
  HeadBucket: buckets.headBucket,
  GetBucketInfo: buckets.getBucketInfo,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketAcl: buckets.getBucketAcl,
  GetBucketVersioning: buckets.getBucketVersioning,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  DeleteMultipleObjects: deleteMultipleObjects,
  ListMultipartUploads: listMultipartUploads,
};

export const OBJECT_OPERATIONS: Partial<Readonly<Record<OssOperation, BucketOperation>>> = {
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: headObject,
  GetObjectMeta: getObjectMeta,
  DeleteObject: deleteObject,
  AppendObject: appendObject,
  PutObjectAcl: settings.putObjectAcl,
  GetObjectAcl: settings.getObjectAcl,
  PutObjectTagging: settings.putObjectTagging,
  GetObjectTagging: settings.getObjectTagging,
  DeleteObjectTagging: settings.deleteObjectTagging,
  PutSymlink: putSymlink,
  GetSymlink: getSymlink,
  RestoreObject: restoreObject,
  InitiateMultipartUpload: initiateMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
};
