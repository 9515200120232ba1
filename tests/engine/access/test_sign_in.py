"""Signing in: passwords are hashed well, guesses are slowed, what is ended stays ended."""

from datetime import UTC, datetime, timedelta

import pytest

from orderloom.access import sign_in
from orderloom.access.errors import (
    BadCredentialsError,
    KeyDoorError,
    LockedOutError,
    LoginTakenError,
    SetupLinkError,
    WeakPasswordError,
)
from orderloom.access.passwords import check_strength, hash_password, verify_password
from orderloom.access.people import NewPerson, create_departments, create_people, set_password
from orderloom.base import clock
from orderloom.base.errors import UnauthenticatedError
from orderloom.database.pool import Database

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def person(database: Database, login: str = "li", **more: object) -> int:
    hashed = await hash_password("a long password")
    async with database.transaction() as conn:
        made = await create_people(
            conn,
            [NewPerson(login=login, name="李", password_hash=hashed, **more)],  # type: ignore[arg-type] # keywords of a person
            None,
        )
    return made[login]


async def test_passwords_are_hashed_by_argon2id_and_never_alike() -> None:
    one, two = await hash_password("secret words"), await hash_password("secret words")
    assert one != two
    assert one.startswith("$argon2id$")
    assert await verify_password(one, "secret words")
    assert not await verify_password(one, "secret word")
    assert not await verify_password(None, "secret words")


@pytest.mark.parametrize("weak", ["", "1234567", "password", "12345678", "PASSWORD1"])
def test_what_is_guessed_first_is_refused(weak: str) -> None:
    with pytest.raises(WeakPasswordError):
        check_strength(weak)


async def test_a_login_is_one_person_whatever_its_case(database: Database) -> None:
    await person(database)
    with pytest.raises(LoginTakenError):
        await person(database, "LI")
    actor, _ = await sign_in.sign_in(database, "Li", "a long password")
    assert actor.login == "li"


async def test_guesses_are_slowed_down_and_a_good_password_waits_too(database: Database) -> None:
    await person(database)
    with clock.frozen(START):
        for _ in range(sign_in.FREE_FAILURES + 1):
            with pytest.raises(BadCredentialsError):
                await sign_in.sign_in(database, "li", "wrong")
        with pytest.raises(LockedOutError) as caught:
            await sign_in.sign_in(database, "li", "a long password")
    assert caught.value.params["retry_after_seconds"] == 31
    with clock.frozen(START + timedelta(seconds=31)):
        await sign_in.sign_in(database, "li", "a long password")


async def test_somebody_unknown_is_slowed_down_alike(database: Database) -> None:
    with clock.frozen(START):
        for _ in range(sign_in.FREE_FAILURES + 1):
            with pytest.raises(BadCredentialsError):
                await sign_in.sign_in(database, "nobody", "wrong")
        with pytest.raises(LockedOutError):
            await sign_in.sign_in(database, "nobody", "wrong")


async def test_a_session_ends_when_idle_and_after_thirty_days(database: Database) -> None:
    await person(database)
    with clock.frozen(START):
        _, token = await sign_in.sign_in(database, "li", "a long password")
        assert (await sign_in.by_session(database, token)).csrf
    with clock.frozen(START + timedelta(hours=11)):
        await sign_in.by_session(database, token)
    with clock.frozen(START + timedelta(hours=22)):
        await sign_in.by_session(database, token)
    with clock.frozen(START + timedelta(hours=36)), pytest.raises(UnauthenticatedError):
        await sign_in.by_session(database, token)


async def test_only_the_hash_of_a_token_is_kept(database: Database) -> None:
    await person(database)
    _, token = await sign_in.sign_in(database, "li", "a long password")
    async with database.transaction() as conn:
        key = await sign_in.create_key(conn, "li", "script")
        stored = await conn.fetch(
            "select token_hash::text as kept from orderloom.session"
            " union all select secret_hash::text from orderloom.api_key"
        )
    for row in stored:
        assert token not in row["kept"]
        assert key not in row["kept"]


async def test_a_new_password_ends_every_session(database: Database) -> None:
    id_ = await person(database)
    _, token = await sign_in.sign_in(database, "li", "a long password")
    async with database.transaction() as conn:
        await set_password(conn, id_, await hash_password("another password"), None)
    with pytest.raises(UnauthenticatedError):
        await sign_in.by_session(database, token)


async def test_signing_out_is_at_once(database: Database) -> None:
    await person(database)
    _, token = await sign_in.sign_in(database, "li", "a long password")
    await sign_in.end_session(database, token)
    with pytest.raises(UnauthenticatedError):
        await sign_in.by_session(database, token)


async def test_a_key_opens_its_doors_only_and_until_revoked(database: Database) -> None:
    await person(database)
    async with database.transaction() as conn:
        key = await sign_in.create_key(conn, "li", "shop", doors=["intake"])
    assert (await sign_in.by_key(database, key, "intake")).login == "li"
    with pytest.raises(KeyDoorError):
        await sign_in.by_key(database, key, "api")
    async with database.transaction() as conn:
        assert await sign_in.revoke_key(conn, "li", "shop") == 1
        assert await sign_in.revoke_key(conn, "li", "shop") == 0
    with pytest.raises(UnauthenticatedError):
        await sign_in.by_key(database, key, "intake")


async def test_the_owners_link_works_once_and_only_for_the_first(database: Database) -> None:
    async with database.transaction() as conn:
        token = await sign_in.setup_link(conn)
    assert token is not None
    with pytest.raises(SetupLinkError):
        await sign_in.make_owner(database, "wrong", "boss", "老板", "a long password")
    actor, _ = await sign_in.make_owner(database, token, "boss", "老板", "a long password")
    assert actor.is_owner
    with pytest.raises(SetupLinkError):
        await sign_in.make_owner(database, token, "boss2", "老板", "a long password")
    async with database.transaction() as conn:
        assert await sign_in.setup_link(conn) is None


async def test_departments_below_are_ones_own(database: Database) -> None:
    async with database.transaction() as conn:
        made = await create_departments(
            conn, [("公司", None), ("销售部", "公司"), ("一组", "销售部"), ("财务部", "公司")], None
        )
    await person(database, department_id=made["销售部"])
    actor = await sign_in.by_login(database, "li", "api")
    assert actor is not None
    assert actor.department_id == made["销售部"]
    assert set(actor.department_ids) == {made["销售部"], made["一组"]}


async def test_every_change_of_people_is_told(database: Database) -> None:
    id_ = await person(database, roles=[("orders", "sales", {})])
    async with database.read() as conn:
        kinds = await conn.fetch(
            "select kind from orderloom.event where entity = 'person' and record_id = $1", id_
        )
    assert sorted(row["kind"] for row in kinds) == ["create", "grant"]
