import assert from "node:assert/strict";
import { test } from "node:test";
import { circlesIn } from "./circles.ts";

const src = "packages/shared/src/domain";

test("files that import each other, types included, are a circle", () => {
  const texts = new Map([
    [`${src}/a.ts`, 'import { b } from "./b.ts";\n'],
    [`${src}/b.ts`, 'import type { C } from "./c.ts";\n'],
    [`${src}/c.ts`, 'export * from "@causeway/shared/domain/a.ts";\n'],
    [`${src}/d.ts`, 'import { a } from "./a.ts";\n'],
  ]);
  assert.deepEqual(circlesIn(texts), [["shared/domain/a.ts", "shared/domain/b.ts", "shared/domain/c.ts"]]);
});

test("two ways to one file are no circle", () => {
  const texts = new Map([
    [`${src}/a.ts`, 'import { b } from "./b.ts";\nimport { c } from "./c.ts";\n'],
    [`${src}/b.ts`, 'import { c } from "./c.ts";\n'],
    [`${src}/c.ts`, '// import { a } from "./a.ts";\n'],
  ]);
  assert.deepEqual(circlesIn(texts), []);
});
