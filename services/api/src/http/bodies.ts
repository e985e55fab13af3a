import type { ApiApp } from "./app-type.ts";

/** Lets calls without a body say `Content-Type: application/json` all the same, as many clients always do. */
export function acceptEmptyBodies(app: ApiApp): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    // The string form of the body was asked for above.
    else void parseJson(request, body as string, done);
  });
}
