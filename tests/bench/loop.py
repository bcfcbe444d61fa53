"""What a script does with Descope's Python SDK: reads all tenants, compares, and writes what differs one by one.

    python loop.py compare|apply descope.yaml

The project, the key and the base URL come from DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY and DESCOPE_BASE_URI. With
PyYAML the configuration is read by its fastest loader; without it by a few lines that know this one layout, which is faster
still.
"""

import os
import sys

from descope import DescopeClient


def configured(path):
    with open(path) as file:
        text = file.read()
    try:
        import yaml
    except ImportError:
        return by_hand(text)
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["tenants"]


def by_hand(text):
    tenants = []
    for line in text.splitlines()[2:]:
        key, _, value = line.strip(" -").partition(": ")
        if key == "id":
            tenants.append({"id": value, "attributes": {}})
        elif key == "domains":
            tenants[-1]["domains"] = value.strip("[]").split(", ")
        elif key == "name":
            tenants[-1]["name"] = value
        elif value:
            value = int(value) if value.isdigit() else value == "true" if value in ("true", "false") else value
            tenants[-1]["attributes"][key] = value
    return tenants


def differs(wanted, live):
    return (
        wanted["name"] != live["name"]
        or sorted(wanted["domains"]) != sorted(live["selfProvisioningDomains"])
        or any(live["customAttributes"].get(key) != value for key, value in wanted["attributes"].items())
    )


def main(word, path):
    client = DescopeClient(
        project_id=os.environ["DESCOPE_PROJECT_ID"],
        management_key=os.environ["DESCOPE_MANAGEMENT_KEY"],
    )
    tenants = client.mgmt.tenant
    live = {tenant["id"]: tenant for tenant in tenants.load_all()["tenants"]}
    for wanted in configured(path):
        there = live.get(wanted["id"])
        if there and not differs(wanted, there):
            continue
        if word == "compare":
            print(wanted["id"])
        elif there:
            attributes = there["customAttributes"] | wanted["attributes"]
            tenants.update(wanted["id"], wanted["name"], wanted["domains"], attributes)
        else:
            tenants.create(wanted["name"], wanted["id"], wanted["domains"], wanted["attributes"])


main(*sys.argv[1:])
