/** Reads S3's region from an endpoint's host; undefined where the host does not show it. */
export function regionOfS3(host: string): string | undefined {
  const forms = [
    /^(?:[^.]+\.)*s3(?:\.dualstack)?[.-]([a-z]{2}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?$/,
    /\.s3\.([a-z]{2}(?:-[a-z]+)+-\d+)\.vpce\.amazonaws\.com$/,
  ];
  return firstMatch(host, forms);
}

/** Reads OSS' region from an endpoint's host; undefined where the host does not show it. */
export function regionOfOss(host: string): string | undefined {
  return firstMatch(host, [/^(?:vpc\d+-)?oss-([a-z]{2}-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/]);
}

function firstMatch(host: string, forms: readonly RegExp[]): string | undefined {
  for (const form of forms) {
    const region = form.exec(host)?.[1];
    if (region !== undefined) return region;
  }
  return undefined;
}
