"""Container packages and their versions: for people's tokens only, as GitHub has it."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, listed, serves
from tests.twin.github.clock import stamp
from tests.twin.github.releases import Version


@serves("GET /orgs/{org}/packages/{package_type}/{package_name}/versions", "anyone")
def of_organization(asked: Asked) -> Answer:
    return _versions(asked, asked.given["org"], "Organization")


@serves("GET /users/{username}/packages/{package_type}/{package_name}/versions", "anyone")
def of_person(asked: Asked) -> Answer:
    return _versions(asked, asked.given["username"], "User")


def _versions(asked: Asked, owner: str, kind: str) -> Answer:
    account = asked.twin.users.get(owner)
    found = asked.twin.packages.get(f"{owner}/{asked.given['package_name']}")
    known = account is not None and account.kind == kind and found is not None
    if not known or found is None or asked.given["package_type"] != "container":
        raise NOT_FOUND
    url = f"{asked.twin.url}{asked.path}"
    return listed(asked, [_version(url, one) for one in reversed(found)])


def _version(url: str, one: Version) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.digest,
        "url": f"{url}/{one.id}",
        "package_html_url": url,
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
        "metadata": {"package_type": "container", "container": {"tags": list(one.tags)}},
    }
