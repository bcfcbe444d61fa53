"""Every tenant call of Descope's own Python SDK, against the emulator.

The project, the key and the base URL come from DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY and
DESCOPE_BASE_URI. The first thing that is not as expected ends it with a traceback.
"""

import os

from descope import AuthException, DescopeClient
from descope.management.common import SessionExpirationUnit

client = DescopeClient(
    project_id=os.environ["DESCOPE_PROJECT_ID"],
    management_key=os.environ["DESCOPE_MANAGEMENT_KEY"],
)
tenants = client.mgmt.tenant


def ids(answer):
    return [tenant["id"] for tenant in answer["tenants"]]


def refused(call):
    try:
        call()
    except AuthException as error:
        return error.status_code
    raise AssertionError("accepted")


# Create, with an id and without.
assert tenants.create(
    "Acme Corp",
    "acme",
    ["acme.example"],
    {"tier": "gold", "seats": 25, "regions": ["eu", "us"]},
    enforce_sso=True,
    enforce_sso_exclusions=["U2abc"],
    federated_app_ids=["app1"],
) == {"id": "acme"}
made = tenants.create("Globex")["id"]
assert made and made != "acme"
assert refused(lambda: tenants.create("Another", "acme")) == 400
assert refused(lambda: tenants.create("Acme Corp")) == 400

# Read: one, all, searched.
acme = tenants.load("acme")
assert acme["name"] == "Acme Corp" and acme["selfProvisioningDomains"] == ["acme.example"]
assert acme["customAttributes"] == {"tier": "gold", "seats": 25, "regions": ["eu", "us"]}
assert acme["enforceSSO"] is True and acme["disabled"] is False
assert isinstance(acme["createdTime"], int) and acme["successors"] == []
assert sorted(ids(tenants.load_all())) == sorted(["acme", made])
assert ids(tenants.search_all(names=["Globex"])) == [made]
assert ids(tenants.search_all(custom_attributes={"tier": "gold"})) == ["acme"]
assert ids(tenants.search_all(ids=["nobody"])) == []
assert len(ids(tenants.search_all())) == 2
assert refused(lambda: tenants.load("nobody")) == 404

# Update is a full replace, patch is not.
tenants.update("acme", "Acme Inc", custom_attributes={"tier": "silver"})
acme = tenants.load("acme")
assert acme["name"] == "Acme Inc" and acme["customAttributes"] == {"tier": "silver"}
assert acme["selfProvisioningDomains"] == [] and acme["enforceSSO"] is False
assert acme["federatedAppIds"] == []
tenants.patch_tenant("acme", custom_attributes={"seats": 3}, disabled=True)
acme = tenants.load("acme")
assert acme["customAttributes"] == {"tier": "silver", "seats": 3}
assert acme["name"] == "Acme Inc" and acme["disabled"] is True

# Settings.
assert tenants.load_settings("acme")["enabled"] is False
tenants.update_settings(
    "acme",
    ["acme.example"],
    session_settings_enabled=True,
    session_token_expiration=10,
    session_token_expiration_unit=SessionExpirationUnit.MINUTES.value,
    refresh_token_expiration=4,
    refresh_token_expiration_unit=SessionExpirationUnit.WEEKS.value,
)
settings = tenants.load_settings("acme")
assert settings["enabled"] is True and settings["sessionTokenExpiration"] == 10
assert settings["refreshTokenExpirationUnit"] == "weeks"
assert tenants.load("acme")["selfProvisioningDomains"] == ["acme.example"]

# Default roles.
assert "Tenant Admin" in [role["name"] for role in client.mgmt.role.load_all()["roles"]]
tenants.update_default_roles("acme", ["Tenant Admin"])
assert tenants.load("acme")["defaultRoles"] == ["Tenant Admin"]
assert refused(lambda: tenants.update_default_roles("acme", ["Nobody"])) == 400

# Delete.
tenants.delete(made)
tenants.delete("acme", cascade=True)
assert ids(tenants.load_all()) == []
assert refused(lambda: tenants.delete("acme")) == 404

# Projects.
assert os.environ["DESCOPE_PROJECT_ID"] in [
    project["id"] for project in client.mgmt.project.list_projects()["projects"]
]

# A wrong key.
stranger = DescopeClient(project_id=os.environ["DESCOPE_PROJECT_ID"], management_key="K2wrong")
assert refused(stranger.mgmt.tenant.load_all) == 401
print("ok")
