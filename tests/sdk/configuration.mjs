// The calls of Descope's own Node SDK on tenants, flows, theme, projects, snapshots and audit, against the emulator.
//
// The project, the key and the base URL come from DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY and
// DESCOPE_BASE_URL, the folder that the SDK is installed in from DESCOPE_MGMT_TEST_NODE_MODULES. The first
// thing that is not as expected ends it with a stack trace.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const { DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY, DESCOPE_BASE_URL, DESCOPE_MGMT_TEST_NODE_MODULES } =
  process.env;
const require = createRequire(join(DESCOPE_MGMT_TEST_NODE_MODULES, "here.js"));
const connect = require("@descope/node-sdk");

const management = (projectId) =>
  connect({ projectId, managementKey: DESCOPE_MANAGEMENT_KEY, baseUrl: DESCOPE_BASE_URL }).management;

async function done(answer) {
  const { ok, code, error, data } = await answer;
  assert.ok(ok, `${code} ${JSON.stringify(error)}`);
  return data;
}

async function refused(answer) {
  const { ok, code } = await answer;
  assert.equal(ok, false);
  return code;
}

const own = management(DESCOPE_PROJECT_ID);

// Tenants.
assert.deepEqual(await done(own.tenant.createWithId("acme", "Acme", ["acme.example"])), { id: "acme" });
assert.equal((await done(own.tenant.load("acme"))).name, "Acme");
await done(own.tenant.update("acme", "Acme Inc"));
assert.deepEqual((await done(own.tenant.loadAll())).map((tenant) => tenant.name), ["Acme Inc"]);
await done(own.tenant.delete("acme"));
assert.equal(await refused(own.tenant.load("acme")), 404);

// Flows.
const dsl = { startTask: "0", tasks: { 0: { id: "0", type: "screen", screenId: "SC1" } } };
const screens = [{ id: "SC1", inputs: [], interactions: [{ id: "go", type: "button" }], htmlTemplate: {} }];
await done(own.flow.import("login", { id: "login", name: "Login", disabled: false, dsl }, screens));
const exported = await done(own.flow.export("login"));
assert.deepEqual(exported.flow.dsl, dsl);
await done(own.flow.import("copy", exported.flow, exported.screens));
assert.equal((await done(own.flow.list())).total, 2);
await done(own.flow.delete(["copy"]));
assert.deepEqual((await done(own.flow.list())).flows.map((flow) => flow.id), ["login"]);
assert.equal(await refused(own.flow.export("copy")), 404);

// The theme.
const before = await done(own.theme.export());
await done(own.theme.import({ id: "x", cssTemplate: { light: { globals: { a: 1 } } } }));
const { theme } = await done(own.theme.export());
assert.deepEqual(theme.cssTemplate, { light: { globals: { a: 1 } } });
assert.equal(theme.version, before.theme.version + 1);

// Projects.
await done(own.project.updateName("Acme"));
await done(own.project.updateTags(["a"]));
const clone = await done(own.project.clone("Acme Prod", "production", ["prod"]));
assert.equal(clone.environment, "production");
assert.deepEqual((await done(own.project.listProjects())).map((project) => project.name).sort(), [
  "Acme",
  "Acme Prod",
]);

// Snapshots.
const prod = management(clone.projectId);
const { files } = await done(own.project.exportSnapshot());
assert.deepEqual(files["flows/login/contents.json"], dsl);
assert.equal((await done(prod.project.validateSnapshot({ files }))).ok, true);
files["connectors/connectors.json"] = { connectors: ["mail"] };
files["connectors/mail.json"] = { id: "CI1", name: "Mail", type: "email" };
const { ok, missingSecrets } = await done(prod.project.validateSnapshot({ files }));
assert.equal(ok, false);
assert.equal(await refused(prod.project.importSnapshot({ files })), 400);
missingSecrets.connectors[0].value = "secret";
await done(prod.project.importSnapshot({ files, inputSecrets: missingSecrets }));
assert.equal((await done(prod.project.exportSnapshot())).files["connectors/mail.json"].id, "CI1");

// The audit.
const found = await done(own.audit.search({ actions: ["TenantDeleted"], tenants: ["acme"] }));
assert.equal(found.length, 1);
assert.equal(found[0].projectId, DESCOPE_PROJECT_ID);

// The end.
await done(prod.project.delete());
assert.deepEqual((await done(own.project.listProjects())).map((project) => project.name), ["Acme"]);
assert.equal(await refused(own.project.delete()), 400);
console.log("ok");
