"""Users, organizations, teams, and who may do what."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, listed, serves
from tests.twin.github.people import Org, Team
from tests.twin.github.shapes import accounts as shapes


@serves("GET /user", "anyone")
def me(asked: Asked) -> Answer:
    if asked.caller.kind != "user":
        raise NOT_FOUND
    return _person(asked, asked.user.login)


@serves("GET /user/{account_id}", "anyone")
def user_by_id(asked: Asked) -> Answer:
    number = asked.number("account_id")
    logins = [who for who, one in asked.twin.users.items() if one.id == number]
    return _person(asked, logins[0] if logins else "")


@serves("GET /users/{username}", "anyone")
def user(asked: Asked) -> Answer:
    return _person(asked, asked.given["username"])


def _person(asked: Asked, login: str) -> Answer:
    found = asked.twin.users.get(login)
    if found is None:
        raise NOT_FOUND
    return Answer({**shapes.user(asked.twin, found), "name": found.name, "email": None})


def _org(asked: Asked) -> Org:
    found = asked.twin.orgs.get(asked.given["org"])
    if found is None:
        raise NOT_FOUND
    return found


def _team(asked: Asked) -> Team:
    found = _org(asked).teams.get(asked.given["team_slug"])
    if found is None:
        raise NOT_FOUND
    return found


@serves("GET /orgs/{org}", "anyone")
def org(asked: Asked) -> Answer:
    return Answer(shapes.organization(asked.twin, _org(asked).account))


@serves("GET /orgs/{org}/members", "members=read")
def members(asked: Asked) -> Answer:
    twin, found = asked.twin, _org(asked)
    role = asked.query.get("role", "all")
    logins = [who for who, has in found.members.items() if role in ("all", has)]
    return listed(asked, [shapes.user(twin, twin.users[who]) for who in logins])


@serves("GET /orgs/{org}/memberships/{username}", "members=read")
def membership(asked: Asked) -> Answer:
    twin, found, login = asked.twin, _org(asked), asked.given["username"]
    if login not in found.members:
        raise NOT_FOUND
    url = f"{twin.url}/orgs/{found.account.login}"
    return Answer(
        {
            "url": f"{url}/memberships/{login}",
            "state": "active",
            "role": found.members[login],
            "organization_url": url,
            "organization": shapes.organization(twin, found.account),
            "user": shapes.user(twin, twin.users[login]),
        }
    )


@serves("GET /orgs/{org}/teams", "members=read")
def teams(asked: Asked) -> Answer:
    return listed(asked, [shapes.team(asked.twin, one) for one in _org(asked).teams.values()])


@serves("GET /orgs/{org}/teams/{team_slug}", "members=read")
def team(asked: Asked) -> Answer:
    return Answer(shapes.team(asked.twin, _team(asked)))


@serves("GET /orgs/{org}/teams/{team_slug}/members", "members=read")
def team_members(asked: Asked) -> Answer:
    twin = asked.twin
    role = asked.query.get("role", "all")
    logins = [who for who, has in _team(asked).members.items() if role in ("all", has)]
    return listed(asked, [shapes.user(twin, twin.users[who]) for who in logins])


@serves("GET /orgs/{org}/teams/{team_slug}/memberships/{username}", "members=read")
def team_membership(asked: Asked) -> Answer:
    found, login = _team(asked), asked.given["username"]
    if login not in found.members:
        raise NOT_FOUND
    url = f"{shapes.team(asked.twin, found)['url']}/memberships/{login}"
    return Answer({"url": url, "role": found.members[login], "state": "active"})


@serves("GET /repos/{owner}/{repo}")
def repository(asked: Asked) -> Answer:
    role = asked.repo.role_of(asked.caller.user.login) if asked.caller.user else None
    return Answer(shapes.full_repository(asked.repo, role))


@serves("GET /repos/{owner}/{repo}/teams", "administration=read")
def repository_teams(asked: Asked) -> Answer:
    twin, repo = asked.twin, asked.repo
    org = twin.orgs.get(repo.owner.login)
    roles = repo.team_roles if org else {}
    return listed(asked, [shapes.team(twin, org.teams[s], r) for s, r in roles.items() if org])


@serves("GET /repos/{owner}/{repo}/collaborators")
def collaborators(asked: Asked) -> Answer:
    twin, repo = asked.twin, asked.repo
    logins = [
        who for who, user in twin.users.items() if _inside(asked, who) and user.kind == "User"
    ]
    return listed(
        asked,
        [
            {
                **shapes.user(twin, twin.users[who]),
                "permissions": shapes.permissions(repo.role_of(who)),
                "role_name": repo.role_of(who),
            }
            for who in logins
        ],
    )


def _inside(asked: Asked, login: str) -> bool:
    """Say whether somebody was given a role here, not just the reading of what is public."""
    repo = asked.repo
    org = asked.twin.orgs.get(repo.owner.login)
    return (
        repo.collaborators.get(login, "none") != "none"
        or login == repo.owner.login
        or (org is not None and login in org.members)
    )


@serves("GET /repos/{owner}/{repo}/collaborators/{username}")
def is_collaborator(asked: Asked) -> Answer:
    if not _inside(asked, asked.given["username"]):
        raise NOT_FOUND
    return Answer(status=204)


@serves("GET /repos/{owner}/{repo}/collaborators/{username}/permission")
def permission(asked: Asked) -> Answer:
    twin, repo = asked.twin, asked.repo
    found = twin.users.get(asked.given["username"])
    if found is None:
        raise NOT_FOUND
    role = repo.role_of(found.login)
    return Answer(
        {
            # The old word knows four levels only: triage is read, maintain is write.
            "permission": {"triage": "read", "maintain": "write"}.get(role, role),
            "role_name": role,
            "user": {
                **shapes.user(twin, found),
                "permissions": shapes.permissions(role),
                "role_name": role,
            },
        }
    )
