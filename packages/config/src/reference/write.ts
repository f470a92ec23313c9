/** Writes the reference page: `node packages/config/src/reference/write.ts`. */
import { writeFileSync } from "node:fs";
import { referencePage } from "./reference-page.ts";

writeFileSync(new URL("../../../../docs/configuration-reference.md", import.meta.url), referencePage());
