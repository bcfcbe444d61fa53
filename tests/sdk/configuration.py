"""The calls of Descope's own Python SDK on flows, theme, projects, snapshots and audit, against the emulator.

The project, the key and the base URL come from DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY and
DESCOPE_BASE_URI. The first thing that is not as expected ends it with a traceback.
"""

import os
from datetime import datetime, timedelta, timezone

from descope import AuthException, DescopeClient

KEY = os.environ["DESCOPE_MANAGEMENT_KEY"]


def mgmt(project_id):
    return DescopeClient(project_id=project_id, management_key=KEY).mgmt


def refused(call):
    try:
        call()
    except AuthException as error:
        return error.status_code
    raise AssertionError("accepted")


own = mgmt(os.environ["DESCOPE_PROJECT_ID"])

# Flows.
DSL = {"startTask": "0", "tasks": {"0": {"id": "0", "type": "screen", "screenId": "SC1"}}}
SCREENS = [{"id": "SC1", "inputs": [], "interactions": [{"id": "go", "type": "button"}], "htmlTemplate": {}}]
flow = {"id": "login", "name": "Login", "description": "", "disabled": False, "etag": "", "dsl": DSL}
assert own.flow.list_flows() == {"flows": [], "total": 0}
assert own.flow.import_flow("login", flow, SCREENS)["flow"]["version"] == 1
listed = own.flow.list_flows()
assert listed["total"] == 1 and listed["flows"][0]["name"] == "Login"
exported = own.flow.export_flow("login")
assert exported["flow"]["dsl"] == DSL and exported["screens"][0]["interactions"][0]["id"] == "go"
own.flow.import_flow("copy", exported["flow"], exported["screens"])
own.flow.delete_flows(["copy"])
assert [flow["id"] for flow in own.flow.list_flows()["flows"]] == ["login"]
assert refused(lambda: own.flow.export_flow("copy")) == 404

# The theme.
version = own.flow.export_theme()["theme"]["version"]
own.flow.import_theme({"id": "x", "cssTemplate": {"light": {"globals": {"a": 1}}}})
theme = own.flow.export_theme()["theme"]
assert theme["version"] == version + 1 and theme["cssTemplate"]["light"] == {"globals": {"a": 1}}

# Projects.
own.project.update_name("Acme")
own.project.update_tags(["a", "b"])
project = own.project.list_projects()["projects"][0]
assert project["name"] == "Acme" and project["tags"] == ["a", "b"]
clone = own.project.clone("Acme Staging", tags=["staging"])
assert clone["projectName"] == "Acme Staging" and clone["tags"] == ["staging"]
staging = mgmt(clone["projectId"])
assert staging.flow.list_flows()["total"] == 1

# Snapshots.
files = own.project.export_snapshot()["files"]
assert files["flows/login/contents.json"] == DSL
assert own.project.validate_snapshot(files) == {"ok": True, "failures": []}
files["connectors/connectors.json"] = {"connectors": ["mail"]}
files["connectors/mail.json"] = {"id": "CI1", "name": "Mail", "type": "email"}
answer = staging.project.validate_snapshot(files)
secrets = answer["missingSecrets"]
assert answer["ok"] is False and secrets["connectors"][0]["name"] == "Mail"
assert refused(lambda: staging.project.import_snapshot(files)) == 400
secrets["connectors"][0]["value"] = "secret"
assert staging.project.validate_snapshot(files, secrets)["ok"] is True
staging.project.import_snapshot(files, secrets)
assert staging.project.export_snapshot(format="plain")["files"]["connectors/mail.json"]["id"] == "CI1"

# The audit.
since = datetime.now(timezone.utc) - timedelta(hours=1)
found = own.audit.search(actions=["FlowDeleted"], from_ts=since)["audits"]
assert len(found) == 1 and found[0]["data"] == {"ids": ["copy"]}
assert own.audit.search(text="nothing of the kind")["audits"] == []

# The end.
staging.project.delete()
assert [project["name"] for project in own.project.list_projects()["projects"]] == ["Acme"]
assert refused(own.project.delete) == 400
print("ok")
