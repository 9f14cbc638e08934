"""One repository of the twin, as tests handle it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.twin.github.answer import Refusal
from tests.twin.github.description import Json
from tests.twin.github.merge_queue import Queueing
from tests.twin.github.people import User
from tests.twin.github.pulls import Pull
from tests.twin.github.releases import Release
from tests.twin.github.shapes import accounts, releases
from tests.twin.github.store import change

OLD_NAMES = {"triage": "read", "maintain": "write"}
"""What `permission` calls the roles that came later; `role_name` has their own names."""


class Repository(Queueing):
    """A repository: pushed to, proposed to, checked, ruled, deployed."""

    @change
    def collaborator(self, login: str, role: str) -> User:
        """Give somebody a role: `read`, `triage`, `write`, `maintain`, `admin`; `none` takes it."""
        user = self.twin.user(login)
        before = self.collaborators.get(login, "none")
        self.collaborators[login] = role
        action = "added" if before == "none" else "removed" if role == "none" else "edited"
        said: Json = {"member": accounts.user(self.twin, user)}
        if action == "added":
            old = OLD_NAMES.get(role, role)
            said["changes"] = {"permission": {"to": old}, "role_name": {"to": role}}
        elif action == "edited":
            old, was = OLD_NAMES.get(role, role), OLD_NAMES.get(before, before)
            said["changes"] = {"permission": {"from": was, "to": old}}
        self.twin.emit("member", action, said, self.itself, self.administrator)
        return user

    @change
    def open_pull(  # noqa: PLR0913 - what a pull request is opened with
        self,
        head: str,
        base: str | None = None,
        title: str = "A change",
        body: str | None = "",
        *,
        by: str | None = None,
        draft: bool = False,
    ) -> Pull:
        """Open a pull request; a head `mallory:fix` is in mallory's fork."""
        said = {"head": head, "base": base or self.default_branch, "title": title, "body": body}
        return self.new_pull({**said, "draft": draft}, self.actor(by))

    def new_pull(self, said: Json, who: User) -> Pull:
        """Open a pull request of somebody's.

        Raises:
            Refusal: 422 when there is nothing to merge, or one is open already.
        """
        pull = Pull(self.itself, said, who)
        if not pull.commits():
            raise Refusal(
                422, "Validation Failed", f"No commits between {pull.base_ref} and {pull.head_ref}"
            )
        for other in self.pulls.values():
            ends = (other.head_branch, other.base_ref)
            if other.state == "open" and ends == (pull.head_branch, pull.base_ref):
                raise Refusal(422, "Validation Failed", "A pull request already exists")
        self.issues[pull.number] = pull
        pull.happened("opened", who)
        return pull

    def attest(self, digest: str) -> None:
        """Store an attestation of something with this digest."""
        bundle = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}
        said = {"bundle": bundle, "repository_id": self.id, "bundle_url": "", "initiator": "user"}
        self.attestations.setdefault(digest, []).append(said)

    @change
    def release(
        self,
        tag: str,
        *,
        by: str | None = None,
        assets: Mapping[str, tuple[int, str | None]] | None = None,
        immutable: bool = False,
        prerelease: bool = False,
    ) -> Release:
        """Release a tag; assets: name → size and SHA-256, which old ones lack."""
        who = self.actor(by, "write")
        self.commit(f"refs/tags/{tag}")
        now, number = self.twin.clock.now, self.twin.fresh()
        made = Release(
            number, tag, who.login, now, dict(assets or {}), prerelease=prerelease,
            immutable=immutable,
        )  # fmt: skip
        self.releases.append(made)
        said: Json = {"release": releases.release(self.itself, made)}
        self.twin.emit("release", "published", said, self.itself, who)
        if not prerelease:
            self.twin.emit("release", "released", said, self.itself, who)
        return made
