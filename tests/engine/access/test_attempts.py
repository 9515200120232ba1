"""Guessing is slow from one address and for one login, at once or one by one; colleagues are not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from orderloom.access import sign_in
from orderloom.access.errors import BadCredentialsError, LockedOutError
from orderloom.access.passwords import hash_password, needs_rehash
from orderloom.access.people import NewPerson, create_people
from orderloom.base import clock
from orderloom.base.errors import UnauthenticatedError
from orderloom.database.pool import Database

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
GOOD = "a long password"
FREE = sign_in.FREE_FAILURES
FREE_OF_ADDRESS = FREE * 10


async def person(database: Database, login: str, hashed: str | None = None) -> int:
    new = NewPerson(login=login, name=login, password_hash=hashed or await hash_password(GOOD))
    async with database.transaction() as conn:
        return (await create_people(conn, [new], None))[login]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that are quick to check: what is counted is the point here."""
    monkeypatch.setattr("orderloom.access.passwords._NOBODY", PasswordHasher(1, 8, 1).hash("x"))


async def _guess(database: Database, login: str, address: str | None = None) -> str:
    try:
        await sign_in.sign_in(database, login, "wrong", address)
    except (BadCredentialsError, LockedOutError) as error:
        return error.code
    return "in"


async def test_guesses_at_the_same_instant_are_counted_too(database: Database) -> None:
    await person(database, "li")
    with clock.frozen(START):
        codes = await asyncio.gather(*(_guess(database, "li") for _ in range(20)))
    assert codes.count("access.bad_credentials") == FREE + 1
    assert codes.count("access.locked_out") == 20 - FREE - 1


async def test_the_wait_doubles_up_to_an_hour(database: Database, quick: None) -> None:
    moment, waits = START, []
    for _ in range(FREE):
        with clock.frozen(moment):
            await _guess(database, "li")
    for _ in range(9):
        with clock.frozen(moment):
            assert await _guess(database, "li") == "access.bad_credentials"
            with pytest.raises(LockedOutError) as caught:
                await sign_in.sign_in(database, "li", "wrong")
        waits.append(caught.value.params["retry_after_seconds"] - 1)
        moment += timedelta(seconds=waits[-1])
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_a_good_password_wipes_the_slate(database: Database) -> None:
    await person(database, "li")
    with clock.frozen(START):
        for _ in range(3):
            for _ in range(FREE):
                await _guess(database, "li", "10.0.0.1")
            await sign_in.sign_in(database, "li", GOOD, "10.0.0.1")
    async with database.read() as conn:
        rows = await conn.fetch("select key, failures, locked_until from orderloom.login_attempt")
    assert [tuple(row) for row in rows] == [("address:10.0.0.1", 3 * FREE, None)]


async def test_an_address_that_tries_many_logins_is_slowed(database: Database, quick: None) -> None:
    await person(database, "li")
    with clock.frozen(START):
        for at in range(FREE_OF_ADDRESS + 1):
            assert await _guess(database, f"x{at}", "10.0.0.1") == "access.bad_credentials"
        with pytest.raises(LockedOutError):
            await sign_in.sign_in(database, "li", GOOD, "10.0.0.1")
        await sign_in.sign_in(database, "li", GOOD, "10.0.0.2")
        await sign_in.sign_in(database, "li", GOOD, None)


async def test_an_office_behind_one_address_works_on(database: Database, quick: None) -> None:
    """Wrong passwords here and there over weeks add up to no lock for everybody."""
    moment = START
    for at in range(FREE_OF_ADDRESS * 2):
        moment += timedelta(hours=1)
        with clock.frozen(moment):
            assert await _guess(database, f"x{at}", "10.0.0.1") == "access.bad_credentials"
            assert await _guess(database, f"x{at}", None) == "access.bad_credentials"


async def test_an_unknown_address_is_nobodys(database: Database, quick: None) -> None:
    with clock.frozen(START):
        for at in range(FREE_OF_ADDRESS + 2):
            assert await _guess(database, f"x{at}") == "access.bad_credentials"


async def test_an_old_hash_is_renewed_by_the_next_sign_in(database: Database) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert needs_rehash(old)
    await person(database, "li", old)
    with pytest.raises(BadCredentialsError):
        await sign_in.sign_in(database, "li", "wrong")
    assert await _stored(database) == old
    await sign_in.sign_in(database, "li", GOOD)
    new = await _stored(database)
    assert not needs_rehash(new)
    await sign_in.sign_in(database, "li", GOOD)
    assert await _stored(database) == new


async def _stored(database: Database) -> str:
    async with database.read() as conn:
        return str(await conn.fetchval("select password_hash from orderloom.person"))


async def test_whoever_is_switched_off_is_out(database: Database) -> None:
    await person(database, "li")
    _, token = await sign_in.sign_in(database, "li", GOOD)
    async with database.transaction() as conn:
        key = await sign_in.create_key(conn, "li", "script")
        await conn.execute("update orderloom.person set active = false")
    with pytest.raises(UnauthenticatedError):
        await sign_in.by_session(database, token)
    with pytest.raises(UnauthenticatedError):
        await sign_in.by_key(database, key)
    with pytest.raises(BadCredentialsError):
        await sign_in.sign_in(database, "li", GOOD)


async def test_a_session_ends_after_thirty_days_of_work(database: Database) -> None:
    await person(database, "li")
    with clock.frozen(START):
        _, token = await sign_in.sign_in(database, "li", GOOD)
    moment = START
    while moment + timedelta(hours=10) < START + sign_in.ABSOLUTE:
        moment += timedelta(hours=10)
        with clock.frozen(moment):
            await sign_in.by_session(database, token)
    with clock.frozen(START + sign_in.ABSOLUTE), pytest.raises(UnauthenticatedError):
        await sign_in.by_session(database, token)


async def test_a_key_that_has_run_out_opens_nothing(database: Database) -> None:
    await person(database, "li")
    async with database.transaction() as conn:
        key = await sign_in.create_key(conn, "li", "script")
        await conn.execute("update orderloom.api_key set expires_at = $1", START)
    with clock.frozen(START - timedelta(seconds=1)):
        assert (await sign_in.by_key(database, key)).login == "li"
    with clock.frozen(START), pytest.raises(UnauthenticatedError):
        await sign_in.by_key(database, key)


async def test_one_link_makes_one_owner_however_many_click(database: Database) -> None:
    from orderloom.access.errors import SetupLinkError

    async with database.transaction() as conn:
        token = await sign_in.setup_link(conn)
    assert token is not None
    tries = [sign_in.make_owner(database, token, f"o{at}", "o", GOOD) for at in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, SetupLinkError) for one in results) == 3
    async with database.read() as conn:
        assert await conn.fetchval("select count(*) from orderloom.person where is_owner") == 1


async def test_only_the_latest_link_works(database: Database) -> None:
    from orderloom.access.errors import SetupLinkError

    async with database.transaction() as conn:
        old = await sign_in.setup_link(conn)
        new = await sign_in.setup_link(conn)
    assert old is not None
    assert new is not None
    with pytest.raises(SetupLinkError):
        await sign_in.make_owner(database, old, "o", "o", GOOD)
    await sign_in.make_owner(database, new, "o", "o", GOOD)
