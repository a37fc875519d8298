import { adminDocument } from "../console/admin-document.ts";
import { adminApiPage } from "./pages/admin-api.ts";
import { commandLinePage } from "./pages/command-line.ts";
import { componentsPage } from "./pages/components.ts";
import { configurationPage } from "./pages/configuration.ts";
import { errorsPage } from "./pages/errors.ts";
import { functionsPage } from "./pages/functions.ts";
import { generatorsPage } from "./pages/generators.ts";
import { jobsPage } from "./pages/jobs.ts";
import { sourcesPage } from "./pages/sources.ts";
import { streamSettingsPage } from "./pages/stream-settings.ts";
import { telemetryPage } from "./pages/telemetry.ts";
import { triggersPage } from "./pages/triggers.ts";

/** Pages of `docs/reference/` by file name, made from the schemas and registries of the product. */
export async function generatePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["admin-api.md", adminApiPage()],
    ["command-line.md", await commandLinePage()],
    ["components.md", componentsPage()],
    ["configuration.md", configurationPage()],
    ["errors.md", errorsPage()],
    ["functions.md", functionsPage()],
    ["generators.md", generatorsPage()],
    ["jobs.md", jobsPage()],
    ["openapi.json", `${JSON.stringify(adminDocument(), null, 2)}\n`],
    ["sources.md", sourcesPage()],
    ["stream-settings.md", streamSettingsPage()],
    ["telemetry.md", telemetryPage()],
    ["triggers.md", triggersPage()],
  ]);
}
