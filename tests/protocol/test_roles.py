"""Who may do what, by role."""

import pytest

from sync.protocol.roles import Permission, Role, may

M, R, A, P, S = (
    Role.MANAGER, Role.REGIONAL_MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.ASSOCIATE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.SERVE, {S, M, R, A, P}),
        (Permission.SEE_FIGURES, {M, R, A, P}),
        (Permission.EXPORT, {M, R, A}),
        (Permission.MANAGE_DEVICES, {M, R, A}),
        (Permission.MANAGE_TEAM, {M, R, A}),
        (Permission.HANDLE_REQUESTS, {P}),
    ],
)
def test_each_permission_is_of_these_roles_and_no_other(permission: Permission, roles: set[Role]) -> None:
    assert {role for role in Role if may(role, permission)} == roles


def test_a_role_that_nobody_knows_has_an_associates_rights() -> None:
    assert Role.named("owner") is Role.ASSOCIATE
    assert Role.named("manager") is Role.MANAGER


def test_administrators_and_privacy_officers_are_of_every_store() -> None:
    assert {role for role in Role if role.is_of_every_store} == {A, P}


def test_a_role_is_within_another_that_may_all_of_it_in_every_store_where_it_may() -> None:
    within = {(one, other) for one in Role for other in Role if one is not other and one.is_within(other)}
    assert within == {(S, M), (S, R), (S, A), (S, P), (M, R), (R, M), (M, A), (R, A)}
