"""What whoever works here may do: by the list of associates, by what the server has signed, where nobody signs in."""

import pytest

from clienteling.domain.errors import NotAllowed, ValidationFailed
from clienteling.use_cases.reading_limit import lift_reading_limit
from clienteling.use_cases.rights import Permission, Rights
from clienteling.use_cases.shelf_report import figures_file, shelf_figures
from sync.protocol.kinds import Kind
from sync.protocol.roles import Role, may
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import Counter

PERMISSIONS = frozenset(Permission)
WITHOUT_PEOPLE = {Permission.SEE_FIGURES, Permission.EXPORT}


@pytest.fixture
def team(counter: Counter) -> dict[str, str]:
    """An associate of each role, by role."""
    ids = {
        role.value: counter.put(
            Kind.ASSOCIATE, role, name=role, role=role, location_ids=[STORE_ID], source="test", external_ref=role
        )
        for role in Role
    }
    counter.sync()
    return ids


def granted(rights: Rights, associate_id: str | None) -> set[Permission]:
    return {one for one in PERMISSIONS if rights.may(associate_id, one)}


@pytest.mark.parametrize("role", Role)
def test_where_people_sign_in_each_role_has_its_rights_and_no_more(
    counter: Counter, team: dict[str, str], role: Role
) -> None:
    rights = Rights(counter.device.store, has_pins=lambda: True)
    assert granted(rights, team[role]) == {one for one in PERMISSIONS if may(role, one)}


def test_where_nobody_signs_in_figures_are_everybodys_and_the_rest_is_by_the_list(
    counter: Counter, team: dict[str, str]
) -> None:
    rights = Rights(counter.device.store)
    assert granted(rights, None) == WITHOUT_PEOPLE
    assert granted(rights, team["associate"]) == WITHOUT_PEOPLE | {Permission.SERVE}
    assert Permission.MANAGE_TEAM in granted(rights, team["manager"])


@pytest.mark.parametrize("nobody", [None, "", "somebody else"])
def test_who_is_not_of_this_store_may_nothing(counter: Counter, team: dict[str, str], nobody: str | None) -> None:
    assert granted(Rights(counter.device.store, has_pins=lambda: True), nobody) == set()


def test_what_the_server_has_signed_counts_more_than_the_list(counter: Counter, team: dict[str, str]) -> None:
    told = {team["manager"]: "associate", team["associate"]: "manager"}
    rights = Rights(counter.device.store, told.get, lambda: True)
    assert granted(rights, team["manager"]) == {Permission.SERVE}
    assert Permission.MANAGE_TEAM in granted(rights, team["associate"])


def test_what_somebody_may_not_is_refused_when_it_is_done_too(counter: Counter, team: dict[str, str]) -> None:
    store, now = counter.device.store, counter.device.clock
    rights = Rights(store, has_pins=lambda: True)
    manager, officer, associate = team["manager"], team["privacy_officer"], team["associate"]
    figures = shelf_figures(store, None, rights, 28, author_id=manager, now=now)
    assert figures is not None
    assert figures_file(store, rights, figures, author_id=manager)
    for author in (associate, None):
        with pytest.raises(NotAllowed):
            shelf_figures(store, None, rights, 28, author_id=author, now=now)
    for author in (associate, officer, None):
        with pytest.raises(NotAllowed):
            figures_file(store, rights, figures, author_id=author)
    for author in (associate, officer):
        with pytest.raises(ValidationFailed, match=r"limit\.manager_only"):
            lift_reading_limit(store, rights, manager, author_id=author, now=now)
    lift_reading_limit(store, rights, associate, author_id=manager, now=now)


def test_who_works_at_every_store_is_listed_beside_those_who_work_here(counter: Counter, team: dict[str, str]) -> None:
    everywhere = {
        role: counter.put(Kind.ASSOCIATE, f"of all {role}", name=role, role=role, source="test", external_ref=role)
        for role in ("administrator", "manager")
    }
    counter.sync()
    listed = {one.id for one in counter.services.associates()}
    assert everywhere["administrator"] in listed
    assert everywhere["manager"] not in listed
