/** Limits of OSS as Alibaba documents them (PutObject, multipart upload, object tagging, error references 0010 and 0011). */
export const MAX_KEY_BYTES = 1023;
export const MAX_OBJECT_IN_ONE_PIECE_BYTES = 5 * 1024 ** 3;
export const MAX_USER_METADATA_BYTES = 8 * 1024;
export const MIN_PART_BYTES = 100 * 1024;
export const MAX_PART_NUMBER = 10_000;
export const MAX_TAGS = 10;
export const MAX_TAG_NAME_LENGTH = 128;
export const MAX_TAG_VALUE_LENGTH = 256;
export const MAX_PAGE = 1000;
export const DEFAULT_PAGE = 100;
export const MAX_DELETED_TOGETHER = 1000;
/** A document of 10,000 parts, or of 1,000 keys to delete, is far below. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
