/** The names of the seed's scenario. */
export const seedNames = {
  job: "local_test",
  sourceRegion: "ap-northeast-1",
  sourceBucket: "eric-s3-tokyo",
  sourcePrefix: "source_folder/",
  targetRegion: "cn-shanghai",
  targetBucket: "eric-oss-datastore-shanghai",
  targetPrefix: "destination_folder/",
} as const;
